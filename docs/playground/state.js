// The state of the page. Components read it, and watch the parts that they show.

/**
 * @import { Catalogue, Config, Description, Examples, Frame, History, Pace, Selection, Status, View } from "./types.js"
 */

/**
 * @typedef {object} State
 * @property {Catalogue} catalogue
 * @property {Config} config
 * @property {Description | null} description
 * @property {string | null} problem why the configuration cannot be trained
 * @property {Examples | null} examples
 * @property {Frame | null} frame
 * @property {History | null} history
 * @property {Status | null} status
 * @property {boolean} running
 * @property {Pace} pace
 * @property {number} shownEpoch −1 for now
 * @property {Selection} selection
 * @property {number[]} chosen path of the module whose options are shown
 * @property {View} view
 * @property {"look" | "add" | "remove"} tool what a click on the output does
 * @property {number} newTarget class or number of a point that is set
 * @property {string} language
 * @property {string} theme
 */

/** @type {State} */
export const state = {
    catalogue: /** @type {any} */ (null),
    config: /** @type {any} */ (null),
    description: null,
    problem: null,
    examples: null,
    frame: null,
    history: null,
    status: null,
    running: false,
    pace: "epoch",
    shownEpoch: -1,
    selection: { what: "unit", module: 0, unit: 0, row: 0, column: 0 },
    chosen: [0],
    view: { direction: "forward", examples: [0], drawing: null, digits: [] },
    tool: "look",
    newTarget: 0,
    language: "en",
    theme: "system",
};

/** @type {{keys: (keyof State)[], listener: () => void}[]} */
const watchers = [];

/** Calls a function whenever one of these parts changes. @param {(keyof State)[]} keys @param {() => void} listener */
export function watch(keys, listener) {
    watchers.push({ keys, listener });
}

/** The time after which the other watchers wait for the next task, in milliseconds, so that the page stays responsive. */
const LONGEST_TASK = 8;
/** Watchers that have not run since a part of theirs changed. @type {Set<() => void>} */
const pending = new Set();
let runs = false;

const channel = new MessageChannel();
channel.port1.onmessage = runPending;

/**
 * Changes parts of the state and tells those who watch them, in several tasks if they take long.
 * @param {Partial<State>} parts
 */
export function change(parts) {
    Object.assign(state, parts);
    const changed = Object.keys(parts);
    for (const { keys, listener } of watchers) {
        if (keys.some((key) => changed.includes(key))) pending.add(listener);
    }
    if (!runs) runPending();
}

function runPending() {
    runs = true;
    const end = performance.now() + LONGEST_TASK;
    for (const listener of pending) {
        pending.delete(listener);
        listener();
        if (performance.now() > end && pending.size > 0) {
            channel.port2.postMessage(null);
            return;
        }
    }
    runs = false;
}
