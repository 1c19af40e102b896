// Lines between units of neighbouring cards: weights on the forward pass, gradients of weights on the backward pass.

import { byId, sharpContext } from "./dom.js";
import { canvasColors, numberEnds } from "./colors.js";
import { layoutOf, pictureCount } from "./unit_buttons.js";
import { state } from "./state.js";

/** @import { Frame } from "./types.js" */
/** @typedef {{left: number, right: number, y: number}} Place where lines begin and end at a picture */

/** Removes all lines, and gives the canvas the size of the cards. */
export function clearEdges() {
    const cards = byId("network-cards");
    const canvas = /** @type {HTMLCanvasElement} */ (byId("network-edges"));
    const [width, height] = [cards.offsetWidth, cards.offsetHeight];
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    return sharpContext(canvas, width, height);
}

/** Draws the lines of a frame. @param {Frame} frame */
export function drawEdges(frame) {
    const context = clearEdges();
    if (frame.unitResolution === 0) return;
    let before = places("unit-input", 2);
    for (const [module, description] of (state.description?.modules ?? []).entries()) {
        const count = pictureCount(description);
        const present = layoutOf(count).columns === 1 ? places(`unit-${module}`, count) : [];
        const numbers = frame.backward ? frame.backward.modules[module]?.gradient : frame.weights[module];
        drawBetween(context, before, present, state.config.network[module].kind === "Linear" ? (numbers ?? []) : []);
        before = present;
    }
}

/** @param {string} prefix @param {number} count @returns {Place[]} */
function places(prefix, count) {
    const origin = byId("network-cards").getBoundingClientRect();
    return Array.from({ length: count }, (_, unit) => {
        const box = byId(`${prefix}-${unit}`).getBoundingClientRect();
        return {
            left: box.left - origin.left,
            right: box.right - origin.left,
            y: (box.top + box.bottom) / 2 - origin.top,
        };
    });
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Place[]} before
 * @param {Place[]} present
 * @param {ArrayLike<number>} numbers
 */
function drawBetween(context, before, present, numbers) {
    if (numbers.length !== (before.length + 1) * present.length) {
        if (before.length === present.length)
            for (const [unit, to] of present.entries()) drawLine(context, before[unit], to, canvasColors().grid, 1.5);
        return;
    }
    const ends = numberEnds();
    let largest = 1e-300;
    for (let index = 0; index < numbers.length; index += 1) largest = Math.max(largest, Math.abs(numbers[index]));
    for (const [row, from] of before.entries()) {
        for (const [column, to] of present.entries()) {
            const value = numbers[row * present.length + column];
            const part = Math.abs(value) / largest;
            context.globalAlpha = 0.25 + 0.75 * part;
            drawLine(context, from, to, ends[value < 0 ? 0 : 1], 0.4 + 4 * part);
        }
    }
    context.globalAlpha = 1;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Place} from
 * @param {Place} to
 * @param {string} color
 * @param {number} width
 */
function drawLine(context, from, to, color, width) {
    const middle = (from.right + to.left) / 2;
    context.strokeStyle = color;
    context.lineWidth = width;
    context.beginPath();
    context.moveTo(from.right, from.y);
    context.bezierCurveTo(middle, from.y, middle, to.y, to.left, to.y);
    context.stroke();
}
