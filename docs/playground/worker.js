// The worker that owns the training. It trains in slices and posts at most one frame for each picture of the page.

import load, * as brique from "./brique.js";

/** @import { Config, Created, Frame, Pace, View } from "./types.js" */

const REGION_RESOLUTION = 64;
const UNIT_RESOLUTION = 24;
/** The most units of a module whose pictures are computed. */
const MOST_UNITS = 64;
/** The shortest time for training between two frames, in milliseconds. */
const SHORTEST_SLICE = 9;

/** @type {any} */
let playground = null;
/** @type {"plane" | "digits"} */
let input = "plane";
/** @type {number[][]} */
let inputs = [];
/** @type {number[]} */
let unitCounts = [];
/** @type {View} */
let view = { direction: "forward", examples: [0], drawing: null, digits: [] };
/** @type {any} */
let status = null;
let reportedEpochs = 0;
let running = false;
/** @type {Pace} */
let pace = "epoch";
let frameIsShown = true;
let frameTime = 0;
/** The steps that are made before the time is looked at, when the training is as fast as it goes. */
let stepsAtOnce = 1;
/** Whether the next slice begins when the page has shown the last frame. */
let waitsForPage = false;
/** Counts the calls of `run`, so that slices of an earlier one do not continue. */
let loop = 0;

/** The engine is loaded while the page still builds its components. */
const loaded = load({ module_or_path: inflated(new URL("./brique_bg.wasm.zlib", import.meta.url)) });
// Without this handler, a failure before the page asks for it would be reported twice.
loaded.catch(() => {});

/** The methods that the page calls. @type {Record<string, (...args: any[]) => any>} */
const methods = {
    load() {},
    create,
    run(/** @type {Pace} */ chosen) {
        pace = chosen;
        if (running || playground === null) return;
        running = true;
        loop += 1;
        playground.lookAt(-1);
        nextSlice();
    },
    pause() {
        running = false;
        return playground ? frame() : null;
    },
    advance(/** @type {"step" | "epoch"} */ what) {
        running = false;
        playground.lookAt(-1);
        status = JSON.parse(what === "step" ? playground.step(1) : playground.epoch());
        return frame();
    },
    lookAt(/** @type {number} */ epoch) {
        playground.lookAt(epoch);
        return frame();
    },
    show(/** @type {View} */ wanted) {
        view = wanted;
        return playground && !running ? frame() : null;
    },
    sample,
    csvColumns: (/** @type {string} */ text) => JSON.parse(brique.csvColumns(text)),
    playground: (/** @type {string} */ method, /** @type {any[]} */ ...args) => playground[method](...args),
};

/** Loads compressed WebAssembly; servers for files compress nothing. @param {URL} url */
async function inflated(url) {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url.pathname}: ${response.status}`);
    // The request ends before the engine is compiled: a browser may abort a request whose last bytes nobody reads.
    const compressed = await response.blob();
    const bytes = compressed.stream().pipeThrough(new DecompressionStream("deflate"));
    return new Response(bytes, { headers: { "Content-Type": "application/wasm" } });
}

/** The examples of a configuration. @param {Config} config */
function sample(config) {
    const { outputs_needed } = JSON.parse(brique.describe(JSON.stringify(config)));
    const images = config.data.kind === "digits" ? [{ kind: "Flatten" }] : [];
    const network = [...images, { kind: "Linear", out: outputs_needed ?? 1 }];
    const sampled = new brique.Playground(JSON.stringify({ ...config, network }));
    const examples = JSON.parse(sampled.examples());
    sampled.free();
    return examples;
}

/** Begins another training. @param {Config} config @param {View} wanted @param {number} step @returns {Created} */
function create(config, wanted, step) {
    running = false;
    view = wanted;
    const text = JSON.stringify(config);
    const description = JSON.parse(brique.describe(text));
    playground?.free();
    playground = null;
    try {
        playground = new brique.Playground(text);
    } catch (error) {
        return { description, problem: message(error), examples: null, frame: null };
    }
    const examples = JSON.parse(playground.examples());
    input = examples.input;
    inputs = examples.x;
    unitCounts = description.modules.map((/** @type {{units: number}} */ module) => module.units);
    reportedEpochs = 0;
    const problem = advanceTo(step);
    return { description, problem, examples, frame: frame() };
}

/** Makes the steps of a link. @param {number} step @returns {string | null} why not all of them could be made */
function advanceTo(step) {
    status = JSON.parse(playground.step(0));
    try {
        if (step > 0) status = JSON.parse(playground.step(step));
        return null;
    } catch (error) {
        return message(error);
    }
}

/** Trains for a slice of time, posts a frame if the page has shown the last one, and continues after waiting messages. */
function nextSlice() {
    waitsForPage = false;
    if (!running) return;
    let problem = null;
    try {
        trainSlice();
    } catch (error) {
        problem = message(error);
        running = false;
    }
    if (status.ended) running = false;
    if (frameIsShown || !running) {
        frameIsShown = false;
        const shown = frame();
        postMessage({ frame: shown, running, problem }, { transfer: buffersOf(shown) });
    }
    continueLater();
}

/** Trains for a step, for an epoch or the part of it that fits into a slice, or for a whole slice. */
function trainSlice() {
    const begin = status;
    const end = performance.now() + Math.max(SHORTEST_SLICE, frameTime);
    do {
        const before = performance.now();
        status = JSON.parse(playground.step(pace === "full" ? stepsAtOnce : 1));
        const time = performance.now() - before;
        if (pace === "full") stepsAtOnce = time < 1 ? Math.min(256, stepsAtOnce * 2) : Math.ceil(stepsAtOnce / 2);
    } while (!status.ended && performance.now() < end && continues(begin));
}

/** Whether a slice goes on after its first step. @param {any} begin the status at its begin */
function continues(begin) {
    return pace === "full" || (pace === "epoch" && status.epoch === begin.epoch);
}

/** A message to itself lets waiting messages of the page be read first, without the delay of a timer. */
const channel = new MessageChannel();
channel.port1.onmessage = ({ data }) => {
    if (data === loop) nextSlice();
};

function continueLater() {
    if (!running) return;
    if (pace === "full" || frameIsShown) channel.port2.postMessage(loop);
    else waitsForPage = true;
}

/** What the page shows now. @returns {Frame} */
function frame() {
    const begin = performance.now();
    const plane = input === "plane";
    const digit = plane ? null : new Float64Array(view.drawing ?? inputs[view.examples[0]] ?? inputs[0]);
    /** @type {Frame} */
    const result = {
        status,
        history: newHistory(),
        recorded: Array.from(playground.recordedEpochs()),
        regions: plane ? playground.regions(REGION_RESOLUTION) : null,
        resolution: REGION_RESOLUTION,
        units: unitCounts.map((count, module) => unitPictures(module, count, digit)),
        unitResolution: plane ? UNIT_RESOLUTION : 0,
        weights: unitCounts.map((_, module) => playground.weights(module)),
        probabilities: digit ? playground.outputs(-1, digit) : null,
        predictions: plane ? [] : view.digits.map(predict),
        backward: backward(),
        bits: playground.bits(),
    };
    frameTime = performance.now() - begin;
    return result;
}

/** @param {number} module @param {number} count @param {Float64Array | null} digit @returns {Float32Array} */
function unitPictures(module, count, digit) {
    if (digit) return new Float32Array(playground.outputs(module, digit));
    const pictures = playground.units(module, UNIT_RESOLUTION);
    return count > MOST_UNITS ? pictures.slice(0, MOST_UNITS * UNIT_RESOLUTION ** 2) : pictures;
}

function newHistory() {
    const history = JSON.parse(playground.history(reportedEpochs));
    if (history.epochs.length === 0) return null;
    reportedEpochs = history.epochs[history.epochs.length - 1] + 1;
    return history;
}

/** @param {number} example */
function predict(example) {
    const probabilities = playground.outputs(-1, new Float64Array(inputs[example]));
    return probabilities.indexOf(Math.max(...probabilities));
}

function backward() {
    if (view.direction !== "backward" || !playground.backward) return null;
    return JSON.parse(playground.backward(JSON.stringify({ examples: view.examples })));
}

/** The buffers of a frame, which move to the page without a copy. @param {Frame} shown @returns {Transferable[]} */
function buffersOf(shown) {
    const arrays = [shown.regions, shown.probabilities, ...shown.units, ...shown.weights];
    return [...new Set(arrays.filter((array) => array !== null).map((array) => array.buffer))];
}

/** @param {unknown} error */
function message(error) {
    return error instanceof Error ? error.message : String(error);
}

addEventListener("message", async ({ data }) => {
    if (data.method === "frameShown") {
        frameIsShown = true;
        if (waitsForPage) nextSlice();
        return;
    }
    try {
        await loaded;
        postMessage({ id: data.id, result: await methods[data.method](...data.args) });
    } catch (error) {
        postMessage({ id: data.id, error: message(error) });
    }
});
