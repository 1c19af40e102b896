// Runs a WebAssembly program for WASI: node wasi.mjs PROGRAM FOLDER ARGUMENT...; the program sees FOLDER as /files.
import { readFile } from "node:fs/promises";
import { WASI } from "node:wasi";

const [program, folder, ...args] = process.argv.slice(2);
const wasi = new WASI({
    version: "preview1",
    args: [program, ...args],
    preopens: { "/files": folder },
    returnOnExit: true,
});
const { instance } = await WebAssembly.instantiate(await readFile(program), wasi.getImportObject());
process.exitCode = wasi.start(instance);
