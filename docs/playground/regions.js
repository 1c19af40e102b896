// The picture of the output: what the network predicts over the plane, and the examples on it.

import { CLASS_SHAPES, canvasColors, classColor, numberColor, numberScale, rgb, scaleIndex } from "./colors.js";
import { sharpContext } from "./dom.js";

/** @import { Examples, Frame } from "./types.js" */

/** The part of the full colour in a region, so that points of the same colour stay visible on it. */
const REGION_STRENGTH = 0.55;
const POINT_RADIUS = 4.6;
/** The most points of a picture. */
const MOST_POINTS = 1500;

/** The shapes of the classes. */
const shapes = CLASS_SHAPES.map((shape) => new Path2D(shape));
/** Scratch canvas with one pixel for each prediction. @type {HTMLCanvasElement | null} */
let small = null;

/**
 * Draws the predictions of a frame.
 * @param {HTMLCanvasElement} canvas
 * @param {number} side in CSS pixels
 * @param {Frame} frame
 * @param {Examples} examples
 */
export function drawRegions(canvas, side, frame, examples) {
    if (!frame.regions) return;
    small ??= document.createElement("canvas");
    [small.width, small.height] = [frame.resolution, frame.resolution];
    const context = /** @type {CanvasRenderingContext2D} */ (small.getContext("2d"));
    const image = context.createImageData(frame.resolution, frame.resolution);
    if (examples.task === "regression") colorNumbers(image.data, frame.regions, largestTarget(examples));
    else colorClasses(image.data, frame.regions, frame.regions.length / frame.resolution ** 2);
    context.putImageData(image, 0, 0);
    const target = sharpContext(canvas, side, side);
    target.imageSmoothingEnabled = true;
    target.imageSmoothingQuality = "high";
    target.drawImage(small, 0, 0, side, side);
}

/** The largest size of a target, the end of the scale of colours. @param {Examples} examples */
export function largestTarget(examples) {
    return examples.target.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1;
}

/** @param {Uint8ClampedArray} bytes @param {Float32Array} numbers @param {number} largest */
function colorNumbers(bytes, numbers, largest) {
    const scale = numberScale(REGION_STRENGTH);
    const pixels = new Uint32Array(bytes.buffer);
    for (const [pixel, value] of numbers.entries()) pixels[pixel] = scale[scaleIndex(value, largest)];
}

/**
 * Gives each pixel the colour of its most probable class, paler the closer the second one is: a boundary is white.
 * @param {Uint8ClampedArray} bytes
 * @param {Float32Array} probabilities
 * @param {number} classes
 */
function colorClasses(bytes, probabilities, classes) {
    const paper = rgb(canvasColors().paper);
    const colors = Array.from({ length: classes }, (_, index) => rgb(classColor(index)));
    for (let pixel = 0; pixel * classes < probabilities.length; pixel += 1) {
        let [best, first, second] = [0, -Infinity, -Infinity];
        for (let index = 0; index < classes; index += 1) {
            const probability = probabilities[pixel * classes + index];
            if (probability > first) [best, first, second] = [index, probability, first];
            else if (probability > second) second = probability;
        }
        const part = REGION_STRENGTH * Math.sqrt(Math.max(0, Math.min(1, first - second)));
        for (let channel = 0; channel < 3; channel += 1) {
            bytes[pixel * 4 + channel] = paper[channel] + (colors[best][channel] - paper[channel]) * part;
        }
        bytes[pixel * 4 + 3] = 255;
    }
}

/** From coordinates to CSS pixels of a square picture. @param {Examples} examples @param {number} side */
export function positions({ bounds: [[left, right], [bottom, top]] }, side) {
    return {
        /** @param {number[]} x @returns {[number, number]} */
        toPixels: ([x_1, x_2]) => [((x_1 - left) / (right - left)) * side, ((top - x_2) / (top - bottom)) * side],
        /** @param {number} across @param {number} down @returns {[number, number]} */
        toPlane: (across, down) => [left + (across / side) * (right - left), top - (down / side) * (top - bottom)],
    };
}

/**
 * The indices of the examples that are drawn: of very many, every n-th one.
 * @param {Examples} examples
 * @returns {number[]}
 */
export function drawnExamples({ x }) {
    const step = Math.ceil(x.length / MOST_POINTS);
    return Array.from({ length: Math.floor(x.length / step) || 0 }, (_, index) => index * step);
}

/**
 * Draws the examples: filled in the training set, hollow in the test set; the chosen ones have a ring.
 * @param {HTMLCanvasElement} canvas
 * @param {number} side
 * @param {Examples} examples
 * @param {number[]} chosen
 */
export function drawPoints(canvas, side, examples, chosen) {
    const context = sharpContext(canvas, side, side);
    const { toPixels } = positions(examples, side);
    const radius = examples.x.length > 600 ? POINT_RADIUS * 0.7 : POINT_RADIUS;
    const largest = largestTarget(examples);
    const regression = examples.task === "regression";
    const { outline } = canvasColors();
    for (const index of drawnExamples(examples)) {
        const target = examples.target[index];
        const color = regression ? numberColor(target, largest) : classColor(target);
        drawPoint(
            context,
            toPixels(examples.x[index]),
            regression ? 0 : target,
            { color, outline },
            radius,
            examples.is_test[index],
        );
    }
    for (const index of chosen) if (examples.x[index]) drawRing(context, toPixels(examples.x[index]), radius + 4.5);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {[number, number]} position
 * @param {number} shape
 * @param {{color: string, outline: string}} colors
 * @param {number} radius
 * @param {boolean} hollow
 */
function drawPoint(context, [across, down], shape, { color, outline }, radius, hollow) {
    const path = shapes[shape];
    context.save();
    context.translate(across, down);
    context.scale(radius, radius);
    context.lineWidth = (hollow ? 3.4 : 1.6) / radius;
    context.strokeStyle = outline;
    context.stroke(path);
    if (hollow) {
        context.lineWidth = 1.7 / radius;
        context.strokeStyle = color;
        context.stroke(path);
    } else {
        context.fillStyle = color;
        context.fill(path);
    }
    context.restore();
}

/** @param {CanvasRenderingContext2D} context @param {[number, number]} position @param {number} radius */
function drawRing(context, [across, down], radius) {
    context.beginPath();
    context.arc(across, down, radius, 0, 2 * Math.PI);
    context.lineWidth = 2.5;
    context.strokeStyle = canvasColors().ink;
    context.stroke();
}
