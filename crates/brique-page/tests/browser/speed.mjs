// Compares the time of a training step with TensorFlow.js in the same chromium: a network 2-64-64-1, batches of 32, the mean
// squared error. The playground computes in f64, TensorFlow.js in f32.
//
// `.ci/page --speed` runs it: the environment is that of harness.mjs, and SPEED_PACKAGES is the folder with the node_modules
// of speed/package.json.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";

import { launch, serve } from "./harness.mjs";

const packages = createRequire(join(resolve(process.env.SPEED_PACKAGES), "package.json"));
const tensorflow = dirname(packages.resolve("@tensorflow/tfjs/package.json"));
const wasm = dirname(packages.resolve("@tensorflow/tfjs-backend-wasm/package.json"));

/** The least of many short measurements is that of a machine with nothing else to do. */
const ROUNDS = 200;
const ACTIVATIONS = ["tanh", "relu"];
const OPTIMIZERS = ["sgd", "adam"];
const DTYPES = ["float32", "float64"];

const server = await serve();
const browser = await launch();
/** Microseconds of a step, by program and network. */
const times = new Map();
try {
    for (const activation of ACTIVATIONS) {
        for (const optimizer of OPTIMIZERS) {
            const row = {};
            for (const dtype of DTYPES) row[`Brique, ${dtype}`] = await brique(dtype, activation, optimizer);
            for (const backend of ["cpu", "wasm", "wasm with threads"]) row[`TensorFlow.js, ${backend}`] = await tfjs(backend, activation, optimizer);
            times.set(`${activation}, ${optimizer}`, row);
        }
    }
} finally {
    await browser.close();
    server.end();
}
print();

/** An empty page of the server, in which threads and exact clocks are allowed. */
async function emptyPage() {
    const page = await browser.newPage();
    const headers = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };
    const files = { "tf.js": join(tensorflow, "dist/tf.min.js"), "tf-wasm.js": join(wasm, "dist/tf-backend-wasm.min.js") };
    await page.route(`${server.address}speed/**`, async (route) => {
        const name = new URL(route.request().url()).pathname.slice("/speed/".length);
        if (name === "") return route.fulfill({ contentType: "text/html", headers, body: "<!doctype html><title>speed</title>" });
        const contentType = name.endsWith(".wasm") ? "application/wasm" : "text/javascript";
        return route.fulfill({ contentType, headers, body: await readFile(files[name] ?? join(wasm, "dist", name)) });
    });
    await page.goto(`${server.address}speed/`);
    return page;
}

async function brique(dtype, activation, optimizer) {
    const page = await emptyPage();
    const module = { kind: activation === "tanh" ? "Tanh" : "ReLU" };
    const optimizers = {
        sgd: { kind: "SGD", learning_rate: 0.01, momentum: 0, nesterov: false, weight_decay: 0 },
        adam: { kind: "Adam", learning_rate: 0.001, beta_1: 0.9, beta_2: 0.999, weight_decay: 0 },
    };
    const config = {
        // An epoch has 156 steps: none of those measured ends with an evaluation.
        data: { kind: "function", function: "product", examples: 5000, noise: 0, seed: 1 }, test_fraction: 0,
        network: [{ kind: "Linear", out: 64 }, module, { kind: "Linear", out: 64 }, module, { kind: "Linear", out: 1 }],
        init: "XavierUniform", loss: { kind: "MSELoss" }, optimizer: optimizers[optimizer], schedule: { kind: "Constant" },
        batch: 32, epochs: 1, seed: 1, dtype,
    };
    const found = await page.evaluate(async ({ config, rounds }) => {
        const module = await import("/brique.js");
        const response = await fetch("/brique_bg.wasm.zlib");
        const bytes = response.body.pipeThrough(new DecompressionStream("deflate"));
        await module.default({ module_or_path: new Response(bytes, { headers: { "Content-Type": "application/wasm" } }) });
        const times = [];
        for (let round = 0; round < rounds; round += 1) {
            const playground = new module.Playground(JSON.stringify(config));
            playground.step(6);
            for (let measured = 0; measured < 15; measured += 1) {
                const begin = performance.now();
                playground.step(10);
                times.push((performance.now() - begin) * 100);
            }
            playground.free();
        }
        return times;
    }, { config, rounds: ROUNDS / 10 });
    await page.close();
    return Math.min(...found);
}

async function tfjs(backend, activation, optimizer) {
    const page = await emptyPage();
    await page.addScriptTag({ url: "tf.js" });
    await page.addScriptTag({ url: "tf-wasm.js" });
    const found = await page.evaluate(async ({ backend, threads, activation, optimizer, rounds }) => {
        const { tf } = window;
        tf.wasm.setWasmPaths("/speed/");
        if (threads) tf.wasm.setThreadsCount(threads);
        await tf.setBackend(backend);
        await tf.ready();
        const [x, y] = [tf.randomUniform([32, 2], -1, 1), tf.randomUniform([32, 1], -1, 1)];
        const dense = (units, options) => tf.layers.dense({ units, ...options });
        const model = tf.sequential({ layers: [dense(64, { activation, inputShape: [2] }), dense(64, { activation }), dense(1)] });
        const chosen = optimizer === "sgd" ? tf.train.sgd(0.01) : tf.train.adam(0.001);
        model.compile({ optimizer: chosen, loss: "meanSquaredError" });
        const ways = {
            // The usual way, and the one with the fewest layers of code.
            trainOnBatch: () => model.trainOnBatch(x, y),
            minimize: () => chosen.minimize(() => tf.losses.meanSquaredError(y, model.apply(x, { training: true }))),
        };
        const best = {};
        for (const [name, step] of Object.entries(ways)) {
            for (let warm = 0; warm < 60; warm += 1) await step();
            best[name] = [];
            for (let round = 0; round < rounds; round += 1) {
                const begin = performance.now();
                await step();
                await step();
                best[name].push((performance.now() - begin) * 500);
            }
        }
        return best;
    }, { backend: backend.split(" ")[0], threads: backend === "wasm" ? 1 : 0, activation, optimizer, rounds: ROUNDS });
    await page.close();
    return Math.min(...Object.values(found).flat());
}

function print() {
    console.log(`2-64-64-1, batch 32, mean squared error; microseconds of a step`);
    for (const [network, row] of times) {
        const fastest = Math.min(...Object.entries(row).filter(([name]) => !name.startsWith("Brique")).map(([, time]) => time));
        const columns = Object.entries(row).map(([name, time]) => `${name} ${time.toFixed(1)}`);
        const ratios = DTYPES.map((dtype) => `${dtype} ${(fastest / row[`Brique, ${dtype}`]).toFixed(1)} times`);
        console.log(`${network}: ${columns.join("; ")}; as fast as the fastest: ${ratios.join(", ")}`);
    }
}
