// The data: which set, its options, and the points of one's own.

import { byId, labelled, make, rebuild, segments, select } from "./dom.js";
import { fieldControls, withDefaults } from "./fields.js";
import { classColor } from "./colors.js";
import { csvControls } from "./csv_panel.js";
import { wrongModule } from "./network_editor.js";
import { change, state, watch } from "./state.js";
import { label, text } from "./text.js";
import { configure, reconfigure } from "./training.js";

/** @import { CatalogueEntry, Config, Kind } from "./types.js" */

/** The most examples that become points of one's own. */
const MOST_POINTS = 400;

export function startDataPanel() {
    watch(["config", "description", "examples", "catalogue", "language", "tool", "newTarget"], draw);
    draw();
}

/** The entry of the catalogue for the present data. */
function presentEntry() {
    return /** @type {CatalogueEntry} */ (state.catalogue.data.find(({ kind }) => kind === state.config.data.kind));
}

function draw() {
    const { config } = state;
    const kinds = state.catalogue.data.map(({ kind }) => ({ value: kind, label: label("data", kind) }));
    const kind = select(kinds, config.data.kind, { id: "data-kind" });
    kind.addEventListener("change", () => chooseKind(kind.value));
    rebuild(byId("data-controls"), [
        labelled(text("data.kind"), kind),
        ...kindControls(),
        make("p", { className: "quiet", id: "examples-text" }, examplesText()),
        make("p", { className: "message", id: "data-message", role: "alert", lang: "en" }, dataMessage()),
        ...(canEditPoints() ? [editButton()] : []),
    ]);
}

/** The options of the present kind. @returns {HTMLElement[]} */
function kindControls() {
    const { data } = state.config;
    if (data.kind === "csv") return [...csvControls(), testFraction()];
    if (data.kind === "points") return [...pointControls(), testFraction()];
    const fields = fieldControls("data", presentEntry().fields, data, (name, value) =>
        changeData({ ...data, [name]: value }),
    );
    return [make("div", { className: "fields" }, ...fields, testFraction())];
}

function testFraction() {
    const input = make("input", { type: "number", id: "test-fraction", min: "0", max: "0.9", step: "0.05" });
    input.value = String(state.config.test_fraction);
    input.addEventListener("change", () => reconfigure({ test_fraction: Number(input.value) }));
    return labelled(text("test_fraction"), input);
}

function examplesText() {
    const { examples } = state;
    if (!examples) return "\u00a0";
    return text("examples_text", { count: examples.x.length, tests: examples.is_test.filter(Boolean).length });
}

/** What is wrong with the configuration, unless it is a module. */
function dataMessage() {
    return wrongModule() === null ? (state.description?.error?.message ?? "") : "";
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

function canEditPoints() {
    return (
        state.config.data.kind !== "points" &&
        state.examples?.input === "plane" &&
        state.examples.x.length <= MOST_POINTS
    );
}

/** Makes the present examples points of one's own. */
function editButton() {
    const button = make("button", { type: "button", id: "edit-points" }, text("edit_points"));
    button.addEventListener("click", () => chooseKind("points"));
    return button;
}

/** @returns {HTMLElement[]} */
function pointControls() {
    const { data } = state.config;
    const tools = ["add", "remove", "look"].map((tool) => ({ value: tool, label: label("tool", tool) }));
    const clear = make("button", { type: "button", id: "clear-points" }, text("clear_points"));
    clear.addEventListener("click", () => changeData({ ...data, points: [] }));
    const tasks = ["classification", "regression"].map((task) => ({ value: task, label: label("choice", task) }));
    const task = select(tasks, data.task, { id: "data-task" });
    task.addEventListener("change", () =>
        changeData({ ...data, points: withTask(data.points, task.value), task: task.value }),
    );
    return [
        make("p", { className: "quiet" }, text("points_help")),
        labelled(label("field", "task"), task),
        segments("tool", text("tool"), tools, state.tool, (tool) => change({ tool: /** @type {any} */ (tool) })),
        data.task === "classification" ? classChoice() : valueChoice(),
        clear,
    ];
}

/** Classes are whole numbers. @param {[number, number, number][]} points @param {string} task */
function withTask(points, task) {
    if (task === "regression") return points;
    return points.map(([x_1, x_2, target]) => [x_1, x_2, Math.max(0, Math.min(9, Math.round(target)))]);
}

function classChoice() {
    const classes = Array.from({ length: 10 }, (_, index) => ({ value: String(index), label: String(index) }));
    const group = segments("point-class", text("point_class"), classes, String(state.newTarget), (value) =>
        change({ newTarget: Number(value) }),
    );
    for (const [index, option] of [...group.querySelectorAll("label")].entries())
        option.style.boxShadow = `inset 0 -4px ${classColor(index)}`;
    return group;
}

function valueChoice() {
    const input = make("input", { type: "number", id: "point-value", step: "0.1" });
    input.value = String(state.newTarget);
    input.addEventListener("change", () => change({ newTarget: Number(input.value) }));
    return labelled(text("point_value"), input);
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
