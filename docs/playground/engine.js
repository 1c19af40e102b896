// The client of the worker in which the engine runs. Text results of the engine arrive as objects.

/** @import { Config, Created, Examples, Frame, Pace, View } from "./types.js" */

const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });

/** @type {Map<number, {resolve: (result: any) => void, reject: (error: Error) => void}>} */
const waiting = new Map();
let lastId = 0;

/** @type {(frame: Frame, running: boolean, problem: string | null) => void} */
let onFrame = () => {};

worker.addEventListener("message", ({ data }) => {
    if (data.frame) {
        onFrame(data.frame, data.running, data.problem);
        requestAnimationFrame(() => worker.postMessage({ method: "frameShown" }));
        return;
    }
    const call = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.error === undefined) call?.resolve(data.result);
    else call?.reject(new Error(data.error));
});

/**
 * Calls a method of the worker.
 * @param {string} method
 * @param {...any} args
 * @returns {Promise<any>}
 */
function call(method, ...args) {
    lastId += 1;
    const id = lastId;
    return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        worker.postMessage({ id, method, args });
    });
}

export const engine = {
    /** Waits for the engine. @returns {Promise<void>} */
    load: () => call("load"),
    /**
     * Begins another training.
     * @param {Config} config
     * @param {View} view
     * @param {number} step the steps to make at once
     * @returns {Promise<Created>}
     */
    create: (config, view, step = 0) => call("create", config, view, step),
    /** Trains until `pause`. Frames arrive at `onFrame`. @param {Pace} pace */
    run: (pace) => call("run", pace),
    pause: () => call("pause"),
    /** @param {"step" | "epoch"} what @returns {Promise<Frame>} */
    advance: (what) => call("advance", what),
    /** @param {number} epoch @returns {Promise<Frame>} */
    lookAt: (epoch) => call("lookAt", epoch),
    /** Changes what frames contain. @param {View} view @returns {Promise<Frame | null>} */
    show: (view) => call("show", view),
    /**
     * Calls a method of `Playground` by its name.
     * @param {string} method
     * @param {...any} args
     * @returns {Promise<any>}
     */
    playground: (method, ...args) => call("playground", method, ...args),
    /** @param {string} text @returns {Promise<{columns: string[], examples: number, numeric: boolean[]}>} */
    csvColumns: (text) => call("csvColumns", text),
    /**
     * The examples of another configuration, with as many outputs as its data needs.
     * @param {Config} config
     * @returns {Promise<Examples>}
     */
    sample: (config) => call("sample", config),
    /** @param {(frame: Frame, running: boolean, problem: string | null) => void} listener */
    onFrame(listener) {
        onFrame = listener;
    },
};
