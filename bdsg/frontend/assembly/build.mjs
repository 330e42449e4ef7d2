// Compiles the kernels of the trainer and writes them, as text, to the module that carries them.
import { main } from "assemblyscript/asc";
import { writeFile } from "node:fs/promises";

const OUT = process.argv[2] ?? new URL("../src/trainer/kernels.ts", import.meta.url).pathname;
const options = ["-O3", "--noAssert", "--runtime", "stub", "--importMemory", "--enable", "simd"];
const folder = ["--baseDir", new URL(".", import.meta.url).pathname];
const { error, stdout, stderr } = await main(["trainer.ts", ...folder, ...options, "--outFile", "trainer.wasm"], {
  writeFile: (name, content) => (name.endsWith(".wasm") ? write(content) : undefined),
});
if (error) throw new Error(`${error.message}\n${stdout}${stderr}`);

function write(content) {
  const text = Buffer.from(content).toString("base64");
  return writeFile(
    OUT,
    `// Made from assembly/trainer.ts by \`npm run kernels\`.\nexport const KERNELS =\n  "${text}";\n`,
  );
}
