// The data: which set, its options, and the points of one's own.

import { byId, labelled, make, rebuild, segments, select } from "./dom.js";
import { fieldControls } from "./fields.js";
import { classColor } from "./colors.js";
import { csvControls } from "./csv_panel.js";
import { MOST_POINTS, changeData, chooseKind, presentEntry } from "./data_changes.js";
import { wrongModule } from "./network_editor.js";
import { examplesText } from "./output_panel.js";
import { change, state, watch } from "./state.js";
import { label, text } from "./text.js";
import { reconfigure } from "./training.js";

export function startDataPanel() {
    watch(["config", "description", "examples", "catalogue", "language", "tool", "newTarget"], draw);
    draw();
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

/** What is wrong with the configuration, unless it is a module. */
function dataMessage() {
    return wrongModule() === null ? (state.description?.error?.message ?? "") : "";
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
