// The microscope: one unit or one weight, its formula with the numbers put in, and the numeric difference beside the
// gradient.

import { byId, labelled, make, rebuild, segments, select, throttled } from "./dom.js";
import { engine } from "./engine.js";
import { shortNumber } from "./numbers.js";
import { change, state, watch } from "./state.js";
import { text } from "./text.js";
import { refresh } from "./training.js";
import { paintUnit } from "./unit_pictures.js";

/** @import { Inspection, Selection } from "./types.js" */

/** The most examples that are looked at together. */
const MOST_EXAMPLES = 256;
/** The most options of a select. */
const MOST_OPTIONS = 256;

export function startMicroscope() {
    watch(["description", "selection", "view", "language"], drawControls);
    watch(["frame", "selection"], throttled(inspect, 300));
}

/** @param {Partial<Selection>} parts */
function choose(parts) {
    change({ selection: { ...state.selection, ...parts } });
}

function modules() {
    return state.description?.modules ?? [];
}

function drawControls() {
    const { selection } = state;
    const kinds = [
        { value: "unit", label: text("scope.unit") },
        { value: "weight", label: text("scope.weight") },
    ];
    const what = segments("scope-what", text("scope.what"), kinds, selection.what, (value) =>
        chooseWhat(/** @type {"unit" | "weight"} */ (value)),
    );
    const options = modules().flatMap((module, index) =>
        selection.what === "unit" || module.parameters > 0
            ? [{ value: String(index), label: `${index}: ${module.text}` }]
            : [],
    );
    const module = select(options, String(selection.module), { id: "scope-module" });
    module.addEventListener("change", () => choose({ module: Number(module.value), unit: 0, row: 0, column: 0 }));
    const parts = [
        examplesControl(),
        batchButton(),
        what,
        labelled(text("module"), module),
        ...(selection.what === "unit" ? unitControls() : weightControls()),
    ];
    rebuild(byId("microscope-controls"), parts);
}

/** Chooses units or weights; for weights, a module that has some. @param {"unit" | "weight"} what */
function chooseWhat(what) {
    const { module } = state.selection;
    const weighted =
        modules()[module]?.parameters > 0
            ? module
            : modules().findLastIndex(({ parameters }, index) => index <= module && parameters > 0);
    choose({ what, module: what === "unit" || weighted < 0 ? module : weighted, row: 0 });
}

function examplesControl() {
    const input = make("input", {
        type: "text",
        id: "scope-examples",
        inputMode: "numeric",
        value: state.view.examples.join(", "),
    });
    input.addEventListener("change", () => {
        const count = state.examples?.x.length ?? 0;
        const numbers = input.value
            .split(/[^\d]+/)
            .filter(Boolean)
            .map(Number)
            .filter((index) => index < count);
        if (numbers.length === 0) input.value = state.view.examples.join(", ");
        else refresh({ ...state.view, examples: [...new Set(numbers)].slice(0, MOST_EXAMPLES), drawing: null });
    });
    return labelled(text("scope.examples"), input);
}

/** Chooses as many examples of the training set as a batch has. */
function batchButton() {
    const button = make("button", { type: "button", id: "scope-batch" }, text("scope.batch"));
    button.addEventListener("click", () => {
        const train = (state.examples?.is_test ?? []).flatMap((isTest, index) => (isTest ? [] : [index]));
        refresh({
            ...state.view,
            examples: train.slice(0, Math.min(state.config.batch, MOST_EXAMPLES)),
            drawing: null,
        });
    });
    return button;
}

/**
 * @param {string} id
 * @param {string} name
 * @param {number} count
 * @param {number} value
 * @param {(index: number) => void} onChange
 * @param {(index: number) => string} [nameOf]
 */
function indexControl(id, name, count, value, onChange, nameOf = String) {
    const options = Array.from({ length: Math.min(count, MOST_OPTIONS) }, (_, index) => ({
        value: String(index),
        label: nameOf(index),
    }));
    const control = select(options, String(value), { id });
    control.addEventListener("change", () => onChange(Number(control.value)));
    return labelled(name, control);
}

function unitControls() {
    const { module, unit } = state.selection;
    return [
        indexControl("scope-unit", text("unit"), modules()[module]?.units ?? 0, unit, (index) =>
            choose({ unit: index, column: index }),
        ),
    ];
}

function weightControls() {
    const { row, column } = state.selection;
    const { rows, columns } = weightShape();
    const nameOf = (/** @type {number} */ index) => (index === rows - 1 ? text("scope.bias") : String(index));
    return [
        indexControl("scope-row", text("scope.row"), rows, row, (index) => choose({ row: index }), nameOf),
        indexControl("scope-column", text("scope.column"), columns, column, (index) =>
            choose({ column: index, unit: index }),
        ),
    ];
}

/** The shape of the first parameter of the selected module. */
function weightShape() {
    const { module } = state.selection;
    const { output = [], units = 1 } = modules()[module] ?? {};
    const columns = output.length === 3 ? output[2] : units;
    const length = state.frame?.weights[module]?.length ?? 0;
    return { columns, rows: Math.max(1, Math.round(length / columns)) };
}

async function inspect() {
    const { selection, view, status } = state;
    if (!status || state.problem) return;
    const { module, unit, row, column } = selection;
    const target = selection.what === "unit" ? { unit: { module, unit } } : { weight: { module, row, column } };
    try {
        const result = await engine.playground("inspect", JSON.stringify({ examples: view.examples, ...target }));
        if (state.selection === selection) drawInspection(JSON.parse(result));
    } catch (error) {
        rebuild(byId("microscope-numbers"), [
            make("p", { className: "message", lang: "en" }, /** @type {Error} */ (error).message),
        ]);
    }
}

/** @param {Inspection} inspection */
function drawInspection(inspection) {
    const numbers = /** @type {const} */ (["value", "delta", "gradient", "numeric", "relative_error"])
        .filter((key) => inspection[key] !== null && inspection[key] !== undefined)
        .map((key) =>
            make(
                "div",
                { className: `number ${key}` },
                make("dt", {}, text(key)),
                make("dd", {}, exactNumber(inspection[key])),
            ),
        );
    const picture = make("canvas", { id: "scope-picture", width: 1, height: 1, "aria-hidden": "true" });
    rebuild(byId("microscope-numbers"), [picture, make("dl", { className: "numbers" }, ...numbers)]);
    if (state.frame) paintUnit("scope-picture", state.frame, state.selection.module, state.selection.unit);
    const formulas = inspection.formula.map(({ symbols, numbers: put }) =>
        make("div", { className: "formula" }, make("code", {}, symbols), make("code", { className: "put" }, put)),
    );
    rebuild(byId("microscope-formula"), formulas);
    const rows = inspection.rows.map(({ name, value }) =>
        make("tr", {}, make("th", { scope: "row" }, name), make("td", { className: "number" }, shortNumber(value))),
    );
    rebuild(byId("microscope-rows"), [make("table", {}, make("tbody", {}, ...rows))]);
}

/** @param {number | null} value */
function exactNumber(value) {
    if (value === null) return "–";
    return Math.abs(value) < 1e-3 && value !== 0 ? value.toExponential(5) : value.toPrecision(7);
}
