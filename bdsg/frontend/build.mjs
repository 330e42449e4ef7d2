// Builds one bundle a component: its script, markup and styles.  Its name holds a hash of its content, so that
// browsers fetch it once.
import { build } from "esbuild";
import { readdir, rm } from "node:fs/promises";

const OUT = process.argv[2] ?? new URL("../app/static", import.meta.url).pathname;
const COMPONENTS = ["player", "side_by_side", "evaluation", "editor", "mosaic", "images", "memory"];

for (const name of await readdir(OUT).catch(() => [])) if (name.endsWith(".js")) await rm(`${OUT}/${name}`);
await build({
  absWorkingDir: new URL(".", import.meta.url).pathname,
  entryPoints: COMPONENTS.map((name) => ({ in: `src/${name}/index.ts`, out: name })),
  entryNames: "[name]-[hash]",
  outdir: OUT,
  bundle: true,
  minify: true,
  charset: "utf8",
  format: "esm",
  target: "es2022",
  loader: { ".html": "text", ".css": "text" },
  logLevel: "warning",
});
