// The same configuration gives the same bits: in a link that is opened twice, in a native run at the SIMD level baseline,
// and in the Rust program that the page exports.
//
//     PLAYGROUND_BITS      the program of the example `playground_bits`
//     PLAYGROUND_LIBRARY   the library `brique`, libbrique.rlib, beside the folder of its dependencies

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";

import { bits, choose, click, configure, link, ready, settled, start, state } from "./harness.mjs";

const run = promisify(execFile);
const { PLAYGROUND_BITS, PLAYGROUND_LIBRARY } = process.env;
const { open, address } = await start(after);
const folder = await mkdtemp(join(tmpdir(), "playground-"));
after(() => rm(folder, { recursive: true }));

async function native(config, steps) {
    const { stdout } = await run(PLAYGROUND_BITS, [JSON.stringify(config), String(steps)]);
    return stdout.trim();
}

const page = await open();
await ready(page);
const { examples, config: first } = (await state(page)).catalogue;

test("a link opened twice gives the bits of the native run", async () => {
    const again = await open();
    const single = examples.map(({ name, config }) => ({ name: `${name}, 32 bits`, config: { ...config, dtype: "float32" } }));
    for (const [index, { name, config }] of [...examples, ...single].entries()) {
        // A number of steps that tells this training from the one before.
        const step = 40 + index;
        const fragment = await link(page, { config, step });
        const found = [];
        for (const one of [page, again]) {
            await one.goto(address + fragment);
            await one.waitForFunction((step) => document.querySelector("#read-step").textContent === step, String(step));
            await settled(one);
            found.push(await bits(one));
        }
        assert.equal(found[0], found[1], name);
        assert.equal(found[0], await native(config, step), `${name}, native`);
    }
    assert.deepEqual(again.problems, []);
});

test("a link without a type of numbers has 64 bits", async () => {
    await configure(page, first);
    const double = await bits(page);
    await configure(page, { ...first, dtype: "float64" });
    assert.equal(await bits(page), double);
    await configure(page, { ...first, dtype: "float32" });
    assert.notEqual(await bits(page), double);
});

test("a copied link continues where it was copied", async () => {
    await configure(page, first);
    await click(page, "#one-epoch");
    await click(page, "#one-step");
    await click(page, "#copy-link");
    const copied = await open({ fragment: new URL(page.url()).hash });
    await ready(copied);
    await copied.waitForFunction((step) => document.querySelector("#read-step").textContent === step, await page.textContent("#read-step"));
    assert.equal(await bits(copied), await bits(page));
});

const adam = { kind: "Adam", learning_rate: 0.01, beta_1: 0.9, beta_2: 0.999, weight_decay: 0.001 };
const programs = {
    first,
    "residual, dropout, normalisation, cosine, clipping": {
        ...first,
        network: [
            { kind: "Linear", out: 8 }, { kind: "LayerNorm" }, { kind: "GELU" },
            { kind: "Residual", inner: [{ kind: "Linear", out: 8 }, { kind: "Dropout", rate: 0.2 }, { kind: "Tanh" }] },
            { kind: "Linear", out: 2 },
        ],
        optimizer: adam, schedule: { kind: "Cosine", lowest: 0.1 }, clip_norm: 1,
    },
    "a function of two variables": {
        ...first,
        data: { kind: "function", function: "waves", examples: 120, noise: 0.05, seed: 3 }, init: "HeNormal",
        network: [{ kind: "Linear", out: 16 }, { kind: "SiLU" }, { kind: "Linear", out: 1 }],
        loss: { kind: "HuberLoss", delta: 0.5 },
        optimizer: { kind: "SGD", learning_rate: 0.05, momentum: 0.9, nesterov: true, weight_decay: 0 },
        schedule: { kind: "WarmUp", steps: 5, lowest: 0.2 },
    },
    "convolution of digits": {
        ...first,
        data: { kind: "digits", examples: 100, seed: 1 },
        network: [
            { kind: "Conv2D", channels: 4, kernel: 3, stride: 1, padding: 1 }, { kind: "ReLU" }, { kind: "MaxPool2D", kernel: 2 },
            { kind: "Flatten" }, { kind: "Linear", out: 10 },
        ],
    },
};

for (const [name, config] of Object.entries(programs)) programs[`${name}, 32 bits`] = { ...config, dtype: "float32" };

for (const [name, config] of Object.entries(programs)) {
    test(`the exported program: ${name}`, async () => {
        await configure(page, { ...config, epochs: 4 });
        assert.equal((await state(page)).problem, null);
        await choose(page, "#pace", "full");
        await page.click("#play");
        await page.waitForFunction(() => !document.querySelector("#play").disabled && document.querySelector("#one-step").disabled);
        await settled(page);
        const { status } = await state(page);
        assert.ok(status.ended);
        const expected = await bits(page);
        assert.equal(await native((await state(page)).config, status.step), expected, "native");
        await click(page, "#take-rust");
        const program = await page.textContent("#program-text");
        await click(page, "#close-program");
        assert.equal(await compiledAndRun(program), `digest ${expected}`);
    });
}

/** Compiles a program with the library of the workspace, and returns the last line that it prints at the baseline. */
async function compiledAndRun(program) {
    const source = join(folder, "main.rs");
    await writeFile(source, program);
    const libraries = ["-L", `dependency=${join(dirname(PLAYGROUND_LIBRARY), "deps")}`, "--extern", `brique=${PLAYGROUND_LIBRARY}`];
    await run("rustc", ["--edition", "2024", "--deny", "warnings", ...libraries, "-o", join(folder, "main"), source]);
    const { stdout } = await run(join(folder, "main"), ["baseline"]);
    return stdout.trim().split("\n").at(-1);
}

test("nothing went wrong", () => assert.deepEqual(page.problems, []));
