// A pad to draw a digit on. Its strokes become 8 × 8 numbers from 0 to 1, as those of the data set.

import { canvasColors } from "./colors.js";
import { byId, sharpContext } from "./dom.js";
import { state, watch } from "./state.js";
import { refresh } from "./training.js";

const CELLS = 8;
/** Fine cells in a cell of the digit: the ink of their square is its number. */
const FINE = 4;
const SIDE = CELLS * FINE;
/** The radius of the pen in fine cells. */
const PEN = 2.1;

/** The ink of each fine cell. */
const ink = new Uint8Array(SIDE * SIDE);
/** Where the keyboard paints, in fine cells; it is shown once a key moved it. */
const cursor = { across: SIDE / 2, down: SIDE / 2, shown: false };
/** @type {[number, number] | null} */
let last = null;

export function startDigitPad() {
    const pad = byId("pad");
    pad.addEventListener("pointerdown", (event) => {
        pad.setPointerCapture(event.pointerId);
        last = null;
        stroke(event);
    });
    pad.addEventListener("pointermove", (event) => {
        if (event.buttons > 0) stroke(event);
    });
    pad.addEventListener("keydown", key);
    byId("clear-pad").addEventListener("click", clear);
    watch(["theme", "view"], draw);
    draw();
}

function clear() {
    ink.fill(0);
    cursor.shown = false;
    refresh({ ...state.view, drawing: null });
}

/** Draws a line from the last position to this one. @param {PointerEvent} event */
function stroke(event) {
    const box = byId("pad").getBoundingClientRect();
    const to = /** @type {[number, number]} */ ([
        ((event.clientX - box.left) / box.width) * SIDE,
        ((event.clientY - box.top) / box.height) * SIDE,
    ]);
    const from = last ?? to;
    const steps = Math.max(1, Math.ceil(Math.hypot(to[0] - from[0], to[1] - from[1])));
    for (let step = 0; step <= steps; step += 1) {
        const part = step / steps;
        paintDot(from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part);
    }
    last = to;
    showDrawing();
}

/** @param {number} across @param {number} down */
function paintDot(across, down) {
    for (let y = Math.max(0, Math.floor(down - PEN)); y < Math.min(SIDE, down + PEN); y += 1) {
        for (let x = Math.max(0, Math.floor(across - PEN)); x < Math.min(SIDE, across + PEN); x += 1) {
            if (Math.hypot(x + 0.5 - across, y + 0.5 - down) <= PEN) ink[y * SIDE + x] = 1;
        }
    }
}

/** @param {KeyboardEvent} event */
function key(event) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const move = moves[/** @type {keyof typeof moves} */ (event.key)];
    if (move) {
        cursor.across = Math.max(1, Math.min(SIDE - 1, cursor.across + move[0]));
        cursor.down = Math.max(1, Math.min(SIDE - 1, cursor.down + move[1]));
        cursor.shown = true;
        if (event.shiftKey) paintAtCursor();
    } else if (event.key === " ") paintAtCursor();
    else return;
    event.preventDefault();
    draw();
}

function paintAtCursor() {
    paintDot(cursor.across, cursor.down);
    showDrawing();
}

/** The digit that is drawn, as 64 numbers. @returns {number[]} */
function digit() {
    const cells = new Array(CELLS * CELLS).fill(0);
    for (const [index, inked] of ink.entries()) {
        const [x, y] = [Math.floor((index % SIDE) / FINE), Math.floor(index / SIDE / FINE)];
        cells[y * CELLS + x] += inked;
    }
    return cells.map((sum) => Math.round((sum / FINE ** 2) * 16) / 16);
}

function showDrawing() {
    draw();
    refresh({ ...state.view, drawing: digit() });
}

function draw() {
    const pad = /** @type {HTMLCanvasElement} */ (byId("pad"));
    const size = 160;
    const context = sharpContext(pad, size, size);
    const colors = canvasColors();
    if (state.view.drawing === null && !cursor.shown) ink.fill(0);
    drawGrid(context, size, colors.grid);
    context.fillStyle = colors.ink;
    const cell = size / SIDE;
    for (const [index, inked] of ink.entries()) {
        if (inked) context.fillRect((index % SIDE) * cell, Math.floor(index / SIDE) * cell, cell + 0.3, cell + 0.3);
    }
    if (!cursor.shown) return;
    context.strokeStyle = colors.quiet;
    context.strokeRect((cursor.across - PEN) * cell, (cursor.down - PEN) * cell, 2 * PEN * cell, 2 * PEN * cell);
}

/** @param {CanvasRenderingContext2D} context @param {number} size @param {string} color */
function drawGrid(context, size, color) {
    context.strokeStyle = color;
    context.lineWidth = 1;
    for (let line = 1; line < CELLS; line += 1) {
        const at = (line * size) / CELLS;
        context.strokeRect(at, -1, 0, size + 2);
        context.strokeRect(-1, at, size + 2, 0);
    }
}
