// Builds one bundle a component: its script, markup and styles.  Its name holds a hash of its content, so that
// browsers fetch it once.
import { build, transform } from "esbuild";
import { readFile, readdir, rm } from "node:fs/promises";
import { join, relative } from "node:path";

const HERE = new URL(".", import.meta.url).pathname;
const OUT = process.argv[2] ?? new URL("../app/static", import.meta.url).pathname;
const COMPONENTS = ["play", "player", "side_by_side", "evaluation", "editor", "mosaic", "images", "memory"];

/** The program of a worker as a text: a page starts it without asking a server for it. */
const programs = {
  name: "programs",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\?program$/ }, ({ path, resolveDir }) => {
      // From here on: the hash in a bundle's name holds it, and is to be the same wherever the package lies.
      return { path: relative(HERE, join(resolveDir, path.replace("?program", ""))), namespace: "program" };
    });
    onLoad({ filter: /.*/, namespace: "program" }, async ({ path }) => {
      const { outputFiles } = await build({ ...COMMON, entryPoints: [join(HERE, path)], format: "iife", write: false });
      return { contents: outputFiles[0].text, loader: "text" };
    });
  },
};
/** Styles as a text, without comments and blanks. */
const styles = {
  name: "styles",
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true, charset: "utf8" });
      return { contents: code, loader: "text" };
    });
  },
};
const COMMON = { bundle: true, minify: true, charset: "utf8", target: "es2022", logLevel: "warning" };

for (const name of await readdir(OUT).catch(() => [])) if (name.endsWith(".js")) await rm(`${OUT}/${name}`);
await build({
  ...COMMON,
  absWorkingDir: HERE,
  entryPoints: COMPONENTS.map((name) => ({ in: `src/${name}/index.ts`, out: name })),
  entryNames: "[name]-[hash]",
  outdir: OUT,
  format: "esm",
  loader: { ".html": "text" },
  plugins: [programs, styles],
});
