// What a reader does with the training: changes its configuration, runs it, looks at its past.

import { engine } from "./engine.js";
import { encodeLink } from "./link.js";
import { change, state } from "./state.js";
import { say } from "./status_line.js";

/** @import { Config, Created, Frame, History, View } from "./types.js" */

/** Counts configurations, so that the response to an earlier one is ignored. */
let version = 0;

/** How many digits of the test set are shown. */
const SHOWN_DIGITS = 24;

/**
 * Begins a training with this configuration.
 * @param {Config} config
 * @param {{fitOutput?: boolean, step?: number}} [options] `fitOutput`: give the last linear module as many outputs as
 *     the data needs; `step`: the steps to make at once
 */
export async function configure(config, options = {}) {
    version += 1;
    const mine = version;
    change({ config, running: false, shownEpoch: -1 });
    const created = await engine.create(config, state.view, options.step).catch((error) => failed(error.message));
    if (mine !== version || !created) return;
    const fitted = options.fitOutput ? withFittedOutput(config, created) : null;
    if (fitted) return configure(fitted, { step: options.step });
    show(created);
    if (created.problem) say("problem", { message: created.problem });
    else say("ready");
    history.replaceState(null, "", await encodeLink({ config }));
}

/** Says why the engine has not even described a configuration. @param {string} message */
function failed(message) {
    change({ problem: message, frame: null, status: null });
    say("problem", { message });
    return null;
}

/** Changes a part of the configuration. @param {Partial<Config>} parts @param {{fitOutput?: boolean}} [options] */
export function reconfigure(parts, options) {
    return configure({ ...state.config, ...parts }, options);
}

/** The configuration with the number of outputs that the data needs, or nothing if it has it.
 * @param {Config} config @param {Created} created @returns {Config | null} */
function withFittedOutput(config, created) {
    const needed = created.description.outputs_needed;
    const last = config.network.findLastIndex((module) => module.kind === "Linear");
    if (!needed || last < 0 || config.network[last].out === needed) return null;
    return { ...config, network: config.network.with(last, { ...config.network[last], out: needed }) };
}

/** Whether a training has begun or waits for the engine. */
export function isConfigured() {
    return version > 0;
}

/** Shows a training at its beginning. @param {Created} created */
export function show({ description, problem, examples, frame }) {
    const view = {
        ...state.view,
        examples: chosenExamples(examples?.x.length ?? 1),
        drawing: null,
        digits: shownDigits(examples),
    };
    change({
        description,
        problem,
        examples,
        frame,
        view,
        history: frame?.history ?? null,
        status: frame?.status ?? null,
        selection: fittedSelection(description.modules),
    });
    if (view.digits.length > 0) refresh(view);
}

/** @param {number} count @returns {number[]} */
function chosenExamples(count) {
    const fitting = state.view.examples.filter((index) => index < count);
    return fitting.length > 0 ? fitting : [0];
}

/** @param {import("./types.js").Examples | null} examples @returns {number[]} */
function shownDigits(examples) {
    if (examples?.input !== "digits") return [];
    const tests = examples.is_test.flatMap((isTest, index) => (isTest ? [index] : []));
    return (tests.length > 0 ? tests : examples.x.map((_, index) => index)).slice(0, SHOWN_DIGITS);
}

/** The selection of the microscope, within the network. @param {import("./types.js").ModuleDescription[]} modules */
function fittedSelection(modules) {
    const { selection } = state;
    const module = Math.min(selection.module, Math.max(0, modules.length - 1));
    const units = modules[module]?.units ?? 1;
    return {
        ...selection,
        module,
        unit: Math.min(selection.unit, units - 1),
        column: Math.min(selection.column, units - 1),
    };
}

/** Plays, pauses, or starts again after the end. */
export async function togglePlay() {
    if (state.running) return pause();
    if (state.problem || !state.status) return;
    if (state.status.ended) await configure(state.config);
    change({ running: true, shownEpoch: -1 });
    say("training");
    engine.run(state.pace);
}

export async function pause() {
    change({ running: false });
    const frame = await engine.pause();
    if (frame) takeFrame(frame);
    sayPaused();
}

/** Makes one step or one epoch. @param {"step" | "epoch"} what */
export async function advance(what) {
    if (state.problem || !state.status || state.status.ended) return;
    change({ running: false, shownEpoch: -1 });
    try {
        takeFrame(await engine.advance(what));
        sayPaused();
    } catch (error) {
        say("problem", { message: /** @type {Error} */ (error).message });
    }
}

export function reset() {
    return configure(state.config);
}

/** Shows the parameters of a recorded epoch; −1: those of now. @param {number} epoch */
export async function lookAt(epoch) {
    if (state.running) await pause();
    change({ shownEpoch: epoch });
    const frame = await engine.lookAt(epoch);
    if (state.shownEpoch === epoch) takeFrame(frame);
}

/** Changes what frames contain, such as the chosen examples. @param {View} view */
export async function refresh(view) {
    change({ view });
    const frame = await engine.show(view);
    if (frame && state.view === view) takeFrame(frame);
}

/** @param {Frame} frame */
function takeFrame(frame) {
    change({ frame, status: frame.status, history: longer(state.history, frame.history) });
}

engine.onFrame((frame, running, problem) => {
    if (!state.running) return;
    takeFrame(frame);
    if (running) return;
    change({ running: false });
    if (problem) say("problem", { message: problem });
    else say("ended", { epoch: state.status?.epoch ?? 0 });
});

function sayPaused() {
    const { status } = state;
    if (!status) return;
    if (status.ended) say("ended", { epoch: status.epoch });
    else say("paused", { epoch: status.epoch, step: status.step });
}

/**
 * A history with the epochs of another after its own.
 * @param {History | null} history
 * @param {History | null} more
 * @returns {History | null}
 */
function longer(history, more) {
    if (!history || !more) return more ?? history;
    const append = (/** @type {any} */ before, /** @type {any} */ after) => {
        if (!Array.isArray(before) || !Array.isArray(after)) return after;
        for (const value of after) before.push(value);
        return before;
    };
    for (const key of /** @type {const} */ ([
        "epochs",
        "train_loss",
        "test_loss",
        "train_accuracy",
        "test_accuracy",
        "learning_rate",
    ])) {
        /** @type {any} */ (history)[key] = append(history[key], more[key]);
    }
    for (const [index, layer] of (history.layers ?? []).entries()) {
        for (const key of /** @type {const} */ (["delta", "gradient", "saturated", "dead"])) {
            layer[key] = append(layer[key], more.layers[index][key]);
        }
    }
    return history;
}
