// A picture of each unit: its output over the plane, its weights, its output for one digit, or its δ.

import { numberScale, scaleIndex } from "./colors.js";
import { byId, sharpContext } from "./dom.js";
import { state } from "./state.js";
import { layoutOf, pictureCount } from "./unit_buttons.js";

/** @import { Frame, ModuleDescription } from "./types.js" */
/** @typedef {{side: number, value: (unit: number, pixel: number) => number}} Pictures numbers of square pictures */

const INPUT_SIDE = 24;

/** Draws the pictures of all cards. @param {Frame} frame */
export function drawPictures(frame) {
    drawCard("input", frame.unitResolution > 0 ? 2 : 1, inputPictures(frame));
    for (const [module, description] of (state.description?.modules ?? []).entries()) {
        const count = pictureCount(description);
        const largest = drawCard(String(module), count, modulePictures(frame, module, description));
        for (let unit = 0; unit < count; unit += 1) {
            byId(`unit-${module}-${unit}`).classList.toggle("dead", largest[unit] === 0 && !frame.backward);
        }
    }
}

/**
 * Paints the picture of one unit of a module.
 * @param {string} id of the canvas
 * @param {Frame} frame
 * @param {number} module
 * @param {number} unit
 */
export function paintUnit(id, frame, module, unit) {
    const description = state.description?.modules[module];
    if (!description) return;
    const { side, value } = modulePictures(frame, module, description);
    paint(
        id,
        side,
        (pixel) => value(unit, pixel),
        largestSize(side * side, (pixel) => value(unit, pixel)),
    );
}

/**
 * The pictures of a module.
 * @param {Frame} frame
 * @param {number} module
 * @param {ModuleDescription} description
 * @returns {Pictures}
 */
function modulePictures(frame, module, { output, units }) {
    const deltas = frame.backward?.modules[module]?.delta;
    const numbers = deltas ?? frame.units[module];
    if (output.length === 3) return { side: output[1], value: (unit, pixel) => numbers[pixel * output[2] + unit] };
    if (deltas) return { side: 1, value: (unit) => numbers[unit] };
    if (frame.unitResolution > 0) {
        const area = frame.unitResolution ** 2;
        return { side: frame.unitResolution, value: (unit, pixel) => numbers[unit * area + pixel] };
    }
    const weights = frame.weights[module];
    if (seesPixels(frame, module, units)) return { side: 8, value: (unit, pixel) => weights[pixel * units + unit] };
    return { side: 1, value: (unit) => numbers[unit] };
}

/**
 * Whether a module is the first with weights and has one for each pixel of a digit.
 * @param {Frame} frame
 * @param {number} module
 * @param {number} units
 */
function seesPixels(frame, module, units) {
    const isFirst = frame.weights.findIndex((weights) => weights.length > 0) === module;
    return isFirst && frame.weights[module].length === 65 * units;
}

/** The coordinates of the plane, or the digit. @param {Frame} frame @returns {Pictures} */
function inputPictures(frame) {
    if (frame.unitResolution > 0) {
        const middle = INPUT_SIDE / 2 - 0.5;
        return {
            side: INPUT_SIDE,
            value: (unit, pixel) =>
                unit === 0 ? (pixel % INPUT_SIDE) - middle : middle - Math.floor(pixel / INPUT_SIDE),
        };
    }
    const digit = state.view.drawing ?? state.examples?.x[state.view.examples[0]] ?? [];
    return { side: 8, value: (_, pixel) => digit[pixel] ?? 0 };
}

/** One image for each size, which all pictures of this size use. @type {Map<string, ImageData>} */
const images = new Map();

/** @param {number} width @param {number} height */
function imageOf(width, height) {
    const key = `${width} ${height}`;
    const image = images.get(key) ?? new ImageData(width, height);
    images.set(key, image);
    return image;
}

/** Pictures side by side, one pixel for each number. @type {CanvasRenderingContext2D | null} */
let strip = null;

/**
 * Draws the pictures of a card on its canvas. Each has its own scale; single numbers have the same one.
 * @param {string} id of the card
 * @param {number} count
 * @param {Pictures} pictures
 * @returns {number[]} the largest size in each picture
 */
function drawCard(id, count, { side, value }) {
    const largest = Array.from({ length: count }, (_, unit) => largestSize(side * side, (pixel) => value(unit, pixel)));
    const common = side === 1 ? Math.max(...largest) : 0;
    const image = imageOf(side * count, side);
    const pixels = new Uint32Array(image.data.buffer);
    const scale = numberScale(1);
    for (let unit = 0; unit < count; unit += 1) {
        for (let pixel = 0; pixel < side * side; pixel += 1) {
            const at = Math.floor(pixel / side) * side * count + unit * side + (pixel % side);
            pixels[at] = scale[scaleIndex(value(unit, pixel), common || largest[unit])];
        }
    }
    copyToCard(id, count, side, image);
    return largest;
}

/**
 * @param {string} id
 * @param {number} count
 * @param {number} side
 * @param {ImageData} image
 */
function copyToCard(id, count, side, image) {
    const canvas = /** @type {HTMLCanvasElement | null} */ (document.getElementById(`pictures-${id}`));
    strip ??= document.createElement("canvas").getContext("2d");
    if (!canvas || !strip) return;
    if (strip.canvas.width < image.width) strip.canvas.width = image.width;
    if (strip.canvas.height < image.height) strip.canvas.height = image.height;
    strip.putImageData(image, 0, 0);
    const { columns, side: size, gap } = layoutOf(count);
    const rows = Math.ceil(count / columns);
    const context = sharpContext(canvas, columns * (size + gap) - gap, rows * (size + gap) - gap);
    // A single number would be blurred with its neighbours.
    context.imageSmoothingEnabled = side > 1;
    for (let unit = 0; unit < count; unit += 1) {
        const [across, down] = [(unit % columns) * (size + gap), Math.floor(unit / columns) * (size + gap)];
        context.drawImage(strip.canvas, unit * side, 0, side, side, across, down, size, size);
    }
}

/** @param {number} count @param {(index: number) => number} value */
function largestSize(count, value) {
    let largest = 0;
    for (let index = 0; index < count; index += 1) largest = Math.max(largest, Math.abs(value(index)));
    return largest;
}

/**
 * Paints a square of numbers on a canvas, one pixel for each number.
 * @param {string} id
 * @param {number} side
 * @param {(pixel: number) => number} value
 * @param {number} largest
 */
export function paint(id, side, value, largest) {
    const canvas = /** @type {HTMLCanvasElement | null} */ (document.getElementById(id));
    const context = canvas?.getContext("2d");
    if (!canvas || !context) return;
    if (canvas.width !== side || canvas.height !== side) [canvas.width, canvas.height] = [side, side];
    const image = imageOf(side, side);
    const pixels = new Uint32Array(image.data.buffer);
    const scale = numberScale(1);
    for (let pixel = 0; pixel < pixels.length; pixel += 1) pixels[pixel] = scale[scaleIndex(value(pixel), largest)];
    context.putImageData(image, 0, 0);
}
