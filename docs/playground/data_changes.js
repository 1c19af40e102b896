// What a reader changes in the data: the set, its options, and the points of one's own.

import { withDefaults } from "./fields.js";
import { change, state } from "./state.js";
import { configure } from "./training.js";

/** @import { CatalogueEntry, Config, Kind } from "./types.js" */

/** The most examples that become points of one's own. */
export const MOST_POINTS = 400;

/** The entry of the catalogue for the present data. */
export function presentEntry() {
    return /** @type {CatalogueEntry} */ (state.catalogue.data.find(({ kind }) => kind === state.config.data.kind));
}

/** Changes the data; the network's last module gets as many outputs as the data needs. @param {Kind} data */
export function changeData(data) {
    return configure({ ...state.config, ...lossFor(taskOf(data)), data }, { fitOutput: true });
}

/** @param {string} kind */
export function chooseKind(kind) {
    const entry = /** @type {CatalogueEntry} */ (state.catalogue.data.find((one) => one.kind === kind));
    const data = { ...withDefaults(entry, state.config.data), ...presentPoints(kind) };
    change({ tool: kind === "points" ? "add" : "look" });
    const network = networkFor(entry.input ?? "plane");
    return configure({ ...state.config, ...lossFor(taskOf(data)), network, data }, { fitOutput: true });
}

/**
 * The present network for another input: digits are flattened first, and the plane has no modules for images.
 * @param {string} input
 */
function networkFor(input) {
    const { network } = state.config;
    if (input === (presentEntry().input ?? "plane")) return network;
    if (input === "digits") return [{ kind: "Flatten" }, ...network];
    const forImages = state.catalogue.modules.filter((entry) => entry.input === "digits").map(({ kind }) => kind);
    return network.filter(({ kind }) => !forImages.includes(kind));
}

/**
 * The present examples as points or as a table of one's own, to begin with.
 * @param {string} kind
 * @returns {Partial<Kind>}
 */
function presentPoints(kind) {
    const examples = state.examples?.input === "plane" ? state.examples : null;
    const points = (examples?.x ?? [])
        .slice(0, MOST_POINTS)
        .map(([x_1, x_2], index) => [x_1, x_2, examples?.target[index] ?? 0]);
    const task = examples?.task ?? "classification";
    if (kind === "points") return { points, task };
    if (kind !== "csv") return {};
    const target = task === "classification" ? "class" : "target";
    const lines = points.map((point) => point.join(","));
    return { text: `${[`x1,x2,${target}`, ...lines].join("\n")}\n`, x_1: "x1", x_2: "x2", target, task };
}

/** @param {Kind} data @returns {string} */
function taskOf(data) {
    return data.task ?? state.catalogue.data.find(({ kind }) => kind === data.kind)?.task ?? "classification";
}

/** Another loss if the present one does not fit the task. @param {string} task @returns {Partial<Config>} */
function lossFor(task) {
    const forClasses = ["CrossEntropyLoss", "BCEWithLogitsLoss", "HingeLoss"].includes(state.config.loss.kind);
    if (forClasses === (task === "classification")) return {};
    const wanted = task === "classification" ? "CrossEntropyLoss" : "MSELoss";
    const entry = state.catalogue.losses.find(({ kind }) => kind === wanted);
    return entry ? { loss: withDefaults(entry) } : {};
}

/** Adds a point of one's own. @param {number} x_1 @param {number} x_2 */
export function addPoint(x_1, x_2) {
    const { data } = state.config;
    const round = (/** @type {number} */ value) => Math.round(value * 1e3) / 1e3;
    const target =
        data.task === "classification" ? Math.max(0, Math.min(9, Math.round(state.newTarget))) : state.newTarget;
    return changeData({ ...data, points: [...data.points, [round(x_1), round(x_2), target]] });
}

/** Removes a point of one's own. @param {number} index */
export function removePoint(index) {
    const { data } = state.config;
    return changeData({
        ...data,
        points: data.points.filter((/** @type {unknown} */ _, /** @type {number} */ at) => at !== index),
    });
}
