// The colours and shapes of the page. The palette combines those of Okabe & Ito and of Paul Tol, which colour-blind
// readers can tell apart; classes differ by shape too.

/** @typedef {[number, number, number]} RGB */

/** One colour for each of up to ten classes. */
export const CLASS_COLORS = [
    "#0072b2",
    "#e69f00",
    "#009e73",
    "#cc79a7",
    "#56b4e9",
    "#d55e00",
    "#f0e442",
    "#5b4fc4",
    "#a33a6b",
    "#8c8c8c",
];

/** One shape for each of up to ten classes, as an SVG path within the square from −1 to 1. */
export const CLASS_SHAPES = [
    "M-.85 0A.85 .85 0 1 0 .85 0A.85 .85 0 1 0 -.85 0Z",
    "M-.78-.78H.78V.78H-.78Z",
    "M0-1L.95 .75H-.95Z",
    "M0-1.05L1.05 0L0 1.05L-1.05 0Z",
    "M-.35-1H.35V-.35H1V.35H.35V1H-.35V.35H-1V-.35H-.35Z",
    "M0 1L.95-.75H-.95Z",
    "M0-1.1L.32-.38L1.08-.32L.5 .18L.68 .95L0 .54L-.68 .95L-.5 .18L-1.08-.32L-.32-.38Z",
    "M-.5-.9H.5L1 0L.5 .9H-.5L-1 0Z",
    "M-.95-.55L-.55-.95L0-.4L.55-.95L.95-.55L.4 0L.95 .55L.55 .95L0 .4L-.55 .95L-.95 .55L-.4 0Z",
    "M-1-.4H1V.4H-1Z",
];

/** The ends of the scale for numbers, negative and positive, for light and for dark. */
const NUMBER_ENDS = { light: ["#d55e00", "#0072b2"], dark: ["#f08a3c", "#56b4e9"] };

/** Colours of a canvas that style sheets do not reach, for light and for dark. */
const CANVAS_COLORS = {
    light: { ink: "#1d2733", quiet: "#5a6675", grid: "#dfe4ea", paper: "#ffffff", outline: "#ffffff" },
    dark: { ink: "#e7ebf0", quiet: "#a3afbd", grid: "#323c48", paper: "#171d25", outline: "#0d1218" },
};

function readDark() {
    const chosen = document.documentElement.dataset.theme;
    if (chosen === "dark" || chosen === "light") return chosen === "dark";
    return matchMedia("(prefers-color-scheme: dark)").matches;
}

let dark = readDark();
document.addEventListener("themechange", () => {
    dark = readDark();
    scales.clear();
});

/** Whether the page is dark now. @returns {boolean} */
export function isDark() {
    return dark;
}

/** The colours for text, lines and background of a canvas, in the present theme. */
export function canvasColors() {
    return dark ? CANVAS_COLORS.dark : CANVAS_COLORS.light;
}

/** The ends of the scale for numbers in the present theme: negative, positive. */
export function numberEnds() {
    return dark ? NUMBER_ENDS.dark : NUMBER_ENDS.light;
}

/** Red, green and blue of a colour such as `#0072b2`. @param {string} color @returns {RGB} */
export function rgb(color) {
    const number = parseInt(color.slice(1), 16);
    return [number >> 16, (number >> 8) & 255, number & 255];
}

/** The colour of a class. @param {number} index */
export function classColor(index) {
    return CLASS_COLORS[index % CLASS_COLORS.length];
}

/** The shape of a class. @param {number} index */
export function classShape(index) {
    return CLASS_SHAPES[index % CLASS_SHAPES.length];
}

/**
 * A colour between two others.
 * @param {RGB} from @param {RGB} to @param {number} part from 0 to 1
 * @returns {RGB}
 */
export function mix(from, to, part) {
    return [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part, from[2] + (to[2] - from[2]) * part];
}

/** The scales that were made in the present theme. @type {Map<number, Uint32Array>} */
const scales = new Map();

/**
 * The colours of 256 numbers from −1 to 1: negative, the background, positive. `strength` is the part of the full colour
 * at the ends. Each colour is a pixel of an `ImageData`.
 * @param {number} strength
 * @returns {Uint32Array}
 */
export function numberScale(strength) {
    const present = scales.get(strength);
    if (present) return present;
    const middle = rgb(canvasColors().paper);
    const [negative, positive] = numberEnds().map(rgb);
    const bytes = new Uint8ClampedArray(256 * 4);
    for (let index = 0; index < 256; index += 1) {
        const value = index / 127.5 - 1;
        bytes.set([...mix(middle, value < 0 ? negative : positive, Math.abs(value) * strength), 255], index * 4);
    }
    const scale = new Uint32Array(bytes.buffer);
    scales.set(strength, scale);
    return scale;
}

/** The row of `numberScale` for a number. @param {number} value @param {number} largest */
export function scaleIndex(value, largest) {
    const part = Math.max(-1, Math.min(1, value / (largest || 1)));
    return Math.round((part + 1) * 127.5);
}

/** The style colour of a number on the scale from −largest to largest. @param {number} value @param {number} largest */
export function numberColor(value, largest) {
    const part = Math.min(1, Math.abs(value) / (largest || 1));
    const end = numberEnds()[value < 0 ? 0 : 1];
    const [red, green, blue] = mix(rgb(canvasColors().paper), rgb(end), part);
    return `rgb(${Math.round(red)} ${Math.round(green)} ${Math.round(blue)})`;
}
