// The output: decision regions with the examples, on which a click chooses, sets or removes a point.

import { canvasColors, classColor, classShape, numberEnds } from "./colors.js";
import { byId, make, rebuild, sharpContext } from "./dom.js";
import { addPoint, removePoint } from "./data_changes.js";
import { drawnExamples, drawPoints, drawRegions, largestTarget, positions } from "./regions.js";
import { state, watch } from "./state.js";
import { text } from "./text.js";
import { refresh } from "./training.js";

/** @import { Examples } from "./types.js" */

/** The cross that the arrow keys move, in parts of the picture. */
const cross = { across: 0.5, down: 0.5, shown: false };
/** The side of the picture in CSS pixels; 0 before it is measured. */
let side = 0;
/** The examples shown last, which set the coordinates while a configuration has none. @type {Examples | null} */
let lastExamples = null;

export function startOutputPanel() {
    const front = canvas("points");
    front.addEventListener("click", clicked);
    front.addEventListener("keydown", key);
    front.addEventListener("blur", () => showCross(false));
    watch(["examples", "problem", "language", "theme"], drawAll);
    watch(["view", "selection"], drawFront);
    watch(["frame"], drawBack);
    fit(front);
    new ResizeObserver(() => fit(front)).observe(front);
}

/** Draws everything again if the picture has another size. @param {HTMLCanvasElement} front */
function fit(front) {
    const present = Math.max(120, Math.floor(front.clientWidth));
    if (present === side) return;
    side = present;
    drawAll();
}

/** @param {string} id */
function canvas(id) {
    return /** @type {HTMLCanvasElement} */ (byId(id));
}

/**
 * The examples to draw: those of the training, or one's own points while they cannot be trained.
 * @returns {Examples | null}
 */
function shownExamples() {
    if (state.examples) {
        lastExamples = state.examples;
        return state.examples;
    }
    const { data } = state.config;
    if (data.kind !== "points") return null;
    /** @type {[number, number, number][]} */
    const points = data.points;
    return {
        input: "plane",
        task: data.task,
        classes: null,
        class_names: null,
        x: points.map(([x_1, x_2]) => [x_1, x_2]),
        target: points.map((point) => point[2]),
        is_test: points.map(() => false),
        bounds:
            lastExamples?.input === "plane"
                ? lastExamples.bounds
                : [
                      [-1, 1],
                      [-1, 1],
                  ],
    };
}

function drawAll() {
    const examples = shownExamples();
    const digits = examples?.input === "digits";
    byId("plane-output").hidden = digits;
    byId("digits-output").hidden = !digits;
    byId("plane-output").classList.toggle("stale", state.problem !== null);
    if (!examples || digits) return;
    drawLegend(examples);
    drawAxes(examples);
    drawBack();
    drawFront();
}

function drawBack() {
    const { frame, examples } = state;
    if (frame && examples) drawRegions(canvas("regions"), side, frame, examples);
}

function drawFront() {
    const examples = shownExamples();
    if (!examples || examples.input === "digits") return;
    drawPoints(canvas("points"), side, examples, state.view.examples);
    canvas("points").setAttribute("aria-label", text("output_picture", { text: examplesText() }));
    if (cross.shown) drawCross();
}

/** How many examples there are. */
export function examplesText() {
    const { examples } = state;
    if (!examples) return "\u00a0";
    return text("examples_text", { count: examples.x.length, tests: examples.is_test.filter(Boolean).length });
}

function drawCross() {
    const context = /** @type {CanvasRenderingContext2D} */ (canvas("points").getContext("2d"));
    context.strokeStyle = canvasColors().ink;
    context.lineWidth = 1.5;
    context.beginPath();
    context.moveTo(cross.across * side, 0);
    context.lineTo(cross.across * side, side);
    context.moveTo(0, cross.down * side);
    context.lineTo(side, cross.down * side);
    context.stroke();
}

/** @param {boolean} shown */
function showCross(shown) {
    cross.shown = shown;
    drawFront();
}

/** @param {MouseEvent} event */
function clicked(event) {
    const box = canvas("points").getBoundingClientRect();
    act(event.clientX - box.left, event.clientY - box.top, event.shiftKey);
}

/** @param {KeyboardEvent} event */
function key(event) {
    const step = event.shiftKey ? 0.1 : 0.02;
    const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    const move = moves[/** @type {keyof typeof moves} */ (event.key)];
    if (move) {
        cross.across = Math.max(0, Math.min(1, cross.across + move[0]));
        cross.down = Math.max(0, Math.min(1, cross.down + move[1]));
        sayCross();
    } else if (event.key === "Enter" && cross.shown) act(cross.across * side, cross.down * side, false);
    else return;
    event.preventDefault();
    showCross(true);
}

function sayCross() {
    const examples = shownExamples();
    if (!examples) return;
    const [x_1, x_2] = positions(examples, side).toPlane(cross.across * side, cross.down * side);
    byId("cross-text").textContent = text("output_cross", { x_1: x_1.toFixed(2), x_2: x_2.toFixed(2) });
}

/**
 * Does what the tool says at a position of the picture.
 * @param {number} across
 * @param {number} down
 * @param {boolean} more whether to choose one more example
 */
function act(across, down, more) {
    const examples = shownExamples();
    if (!examples) return;
    const own = state.config.data.kind === "points";
    if (own && state.tool === "add") {
        addPoint(...positions(examples, side).toPlane(across, down));
        return;
    }
    const nearest = nearestExample(examples, across, down);
    if (nearest < 0) return;
    if (own && state.tool === "remove") removePoint(nearest);
    else chooseExample(nearest, more);
}

/** @param {number} index @param {boolean} more */
function chooseExample(index, more) {
    const { examples } = state.view;
    const chosen = !more
        ? [index]
        : examples.includes(index)
          ? examples.filter((one) => one !== index)
          : [...examples, index];
    refresh({ ...state.view, examples: chosen.length > 0 ? chosen : [index] });
}

/** @param {Examples} examples @param {number} across @param {number} down */
function nearestExample(examples, across, down) {
    const { toPixels } = positions(examples, side);
    let [nearest, least] = [-1, Infinity];
    for (const index of drawnExamples(examples)) {
        const [left, top] = toPixels(examples.x[index]);
        const distance = Math.hypot(left - across, top - down);
        if (distance < least) [nearest, least] = [index, distance];
    }
    return nearest;
}

/** @param {Examples} examples */
function drawAxes({ bounds: [[left, right], [bottom, top]] }) {
    for (const [id, value] of /** @type {[string, number][]} */ ([
        ["axis-left", left],
        ["axis-right", right],
        ["axis-bottom", bottom],
        ["axis-top", top],
    ])) {
        byId(id).textContent = String(Number(value.toPrecision(3)));
    }
}

/** @param {Examples} examples */
function drawLegend(examples) {
    const items = examples.task === "regression" ? numberLegend(examples) : classLegend(examples);
    const hint = make("span", { className: "quiet" }, `${text("train_filled")}, ${text("test_hollow")}`);
    rebuild(byId("legend"), [...items, hint]);
}

/** @param {Examples} examples */
function classLegend(examples) {
    const count = examples.classes ?? Math.max(0, ...examples.target) + 1;
    return Array.from({ length: count }, (_, index) => {
        const name = examples.class_names?.[index] ?? String(index);
        return make("span", { className: "legend-item" }, shapeIcon(index), text("class", { name }));
    });
}

/** @param {number} index */
function shapeIcon(index) {
    const icon = make("canvas", { "aria-hidden": "true", className: "icon" });
    const context = sharpContext(icon, 14, 14);
    const path = new Path2D();
    path.addPath(new Path2D(classShape(index)), new DOMMatrix([5.5, 0, 0, 5.5, 7, 7]));
    context.fillStyle = classColor(index);
    context.fill(path);
    return icon;
}

/** @param {Examples} examples */
function numberLegend(examples) {
    const largest = largestTarget(examples).toPrecision(2);
    const [negative, positive] = numberEnds();
    const bar = make("span", { className: "number-bar", "aria-hidden": "true" });
    bar.style.background = `linear-gradient(to right, ${negative}, ${canvasColors().paper}, ${positive})`;
    return [make("span", { className: "legend-item" }, `−${largest}`, bar, `${largest}`)];
}
