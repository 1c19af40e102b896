// A picture for each unit: its output over the plane, its weights, or its output for one digit.

import { make } from "./dom.js";
import { numberScale, scaleIndex } from "./colors.js";
import { change, state } from "./state.js";
import { text } from "./text.js";

/** @import { Frame, ModuleDescription } from "./types.js" */

/** The most pictures of a card. */
export const MOST_PICTURES = 64;
/** Up to this number of pictures there is one column, and lines are drawn between cards. */
export const ONE_COLUMN = 8;
const SIDE = 24;

/** The pictures of the input. @param {"plane" | "digits"} input */
export function inputUnits(input) {
    const names = input === "plane" ? ["x₁", "x₂"] : ["8 × 8"];
    const units = names.map((name, index) => make("span", { className: "unit", role: "img", "aria-label": `${text("input")} ${name}` }, picture(`picture-input-${index}`)));
    return make("div", { className: "units large" }, ...units);
}

/** @param {string} id */
function picture(id) {
    return make("canvas", { id, width: SIDE, height: SIDE, "aria-hidden": "true" });
}

/** How many pictures a module has: one for each channel of an image, otherwise one for each unit. @param {ModuleDescription} description */
export function pictureCount({ output, units }) {
    return output.length === 3 ? output[2] : units;
}

/** The pictures of a module, as buttons that choose a unit for the microscope. @param {number} module @param {ModuleDescription} description */
export function moduleUnits(module, description) {
    const count = pictureCount(description);
    const shown = Math.min(count, MOST_PICTURES);
    const size = shown <= ONE_COLUMN ? "large" : shown <= 16 ? "medium" : shown <= 32 ? "small" : "tiny";
    const buttons = Array.from({ length: shown }, (_, unit) => unitButton(module, unit, description.text));
    const rest = count > shown ? [make("span", { className: "quiet" }, text("more_units", { count: count - shown }))] : [];
    const group = make("div", { className: `units ${size}`, role: "group", "aria-label": description.text }, ...buttons, ...rest);
    group.addEventListener("keydown", (event) => moveFocus(event, buttons));
    return group;
}

/** @param {number} module @param {number} unit @param {string} name */
function unitButton(module, unit, name) {
    const button = make("button", { type: "button", className: "unit", id: `unit-${module}-${unit}`, tabIndex: unit === 0 ? 0 : -1 }, picture(`picture-${module}-${unit}`));
    button.setAttribute("aria-label", text("unit_name", { module: name, unit }));
    button.title = text("unit_name", { module: name, unit });
    button.addEventListener("click", () => change({ selection: { ...state.selection, module, unit, column: unit } }));
    return button;
}

/** Arrows move the focus from picture to picture, so that the tabulator stops once at each card. @param {KeyboardEvent} event @param {HTMLButtonElement[]} buttons */
function moveFocus(event, buttons) {
    const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    const present = buttons.indexOf(/** @type {HTMLButtonElement} */ (event.target));
    if (!by || present < 0 || event.altKey) return;
    event.preventDefault();
    const next = buttons[Math.max(0, Math.min(buttons.length - 1, present + by))];
    buttons[present].tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
}

/** Draws all pictures of a frame. @param {Frame} frame */
export function drawPictures(frame) {
    drawInput(frame, numberScale(1));
    for (const [module, description] of (state.description?.modules ?? []).entries()) {
        const shown = Math.min(pictureCount(description), MOST_PICTURES);
        for (let unit = 0; unit < shown; unit += 1) paintUnit(`picture-${module}-${unit}`, frame, module, unit);
    }
}

/** Paints the picture of a unit. @param {string} id of the canvas @param {Frame} frame @param {number} module @param {number} unit */
export function paintUnit(id, frame, module, unit) {
    const description = state.description?.modules[module];
    if (!description) return;
    const { numbers, side, at } = pictureNumbers(frame, module, description);
    const value = (/** @type {number} */ pixel) => numbers[at(unit, pixel)];
    const largest = side === 1 ? largestSize(numbers.length, (index) => numbers[index]) : largestSize(side * side, value);
    paint(id, side, value, largest, numberScale(1));
}

/**
 * The numbers of a module's pictures: the side of a picture, and the index of a pixel of a unit.
 * @param {Frame} frame
 * @param {number} module
 * @param {ModuleDescription} description
 * @returns {{numbers: ArrayLike<number>, side: number, at: (unit: number, pixel: number) => number}}
 */
function pictureNumbers(frame, module, { output, units }) {
    const deltas = frame.backward?.modules[module]?.delta;
    const numbers = deltas ?? frame.units[module];
    const image = output.length === 3;
    if (image) return { numbers, side: output[1], at: (unit, pixel) => pixel * output[2] + unit };
    if (deltas) return { numbers, side: 1, at: (unit) => unit };
    if (frame.unitResolution > 0) return { numbers, side: frame.unitResolution, at: (unit, pixel) => unit * frame.unitResolution ** 2 + pixel };
    if (seesPixels(frame, module)) return { numbers: frame.weights[module], side: 8, at: (unit, pixel) => pixel * units + unit };
    return { numbers, side: 1, at: (unit) => unit };
}

/** Whether a module is the first with weights and has one for each pixel of a digit. @param {Frame} frame @param {number} module */
function seesPixels(frame, module) {
    const units = state.description?.modules[module].units ?? 0;
    const isFirst = frame.weights.findIndex((weights) => weights.length > 0) === module;
    return isFirst && frame.weights[module].length === 65 * units;
}

/** @param {Frame} frame @param {Uint32Array} scale */
function drawInput(frame, scale) {
    if (frame.unitResolution > 0) {
        paint("picture-input-0", SIDE, (pixel) => (pixel % SIDE) - SIDE / 2 + 0.5, SIDE / 2, scale);
        paint("picture-input-1", SIDE, (pixel) => SIDE / 2 - 0.5 - Math.floor(pixel / SIDE), SIDE / 2, scale);
        return;
    }
    const digit = state.view.drawing ?? state.examples?.x[state.view.examples[0]];
    if (digit) paint("picture-input-0", 8, (pixel) => digit[pixel], 1, scale);
}

/** @param {number} count @param {(index: number) => number} value */
function largestSize(count, value) {
    let largest = 0;
    for (let index = 0; index < count; index += 1) largest = Math.max(largest, Math.abs(value(index)));
    return largest;
}

/** One image for each side of a picture, which all pictures of this side use. @type {Map<number, ImageData>} */
const images = new Map();

/**
 * Paints a square of numbers in the colours of the scale.
 * @param {string} id
 * @param {number} side
 * @param {(pixel: number) => number} value
 * @param {number} largest
 * @param {Uint32Array} scale
 */
export function paint(id, side, value, largest, scale) {
    const canvas = /** @type {HTMLCanvasElement | null} */ (document.getElementById(id));
    const context = canvas?.getContext("2d");
    if (!canvas || !context) return;
    if (canvas.width !== side || canvas.height !== side) [canvas.width, canvas.height] = [side, side];
    const image = images.get(side) ?? new ImageData(side, side);
    images.set(side, image);
    const pixels = new Uint32Array(image.data.buffer);
    for (let pixel = 0; pixel < pixels.length; pixel += 1) pixels[pixel] = scale[scaleIndex(value(pixel), largest)];
    context.putImageData(image, 0, 0);
}
