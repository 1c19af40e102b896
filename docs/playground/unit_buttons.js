// A button for each unit of a card, over the canvas with the pictures of all its units.

import { make } from "./dom.js";
import { change, state } from "./state.js";
import { text } from "./text.js";

/** @import { ModuleDescription } from "./types.js" */

/** The most pictures of a card. */
const MOST_PICTURES = 64;
/** How pictures are laid out: up to this number of them, in columns, with a side and a distance in CSS pixels. */
const LAYOUTS = [
    { most: 8, columns: 1, side: 38, gap: 6 },
    { most: 16, columns: 2, side: 32, gap: 5 },
    { most: 32, columns: 4, side: 26, gap: 4 },
    { most: MOST_PICTURES, columns: 8, side: 16, gap: 2 },
];

/**
 * How many pictures a module has: one for each channel of an image, otherwise one for each unit.
 * @param {ModuleDescription} description
 */
export function pictureCount({ output, units }) {
    return Math.min(MOST_PICTURES, output.length === 3 ? output[2] : units);
}

/** The layout of so many pictures. @param {number} count */
export function layoutOf(count) {
    return LAYOUTS.find(({ most }) => count <= most) ?? LAYOUTS[LAYOUTS.length - 1];
}

/**
 * The pictures of the input, which are no buttons.
 * @param {"plane" | "digits"} input
 */
export function inputUnits(input) {
    const names = input === "plane" ? ["x₁", "x₂"] : ["8 × 8"];
    const units = names.map((name, index) => {
        const label = `${text("input")} ${name}`;
        return make("span", { className: "unit", id: `unit-input-${index}`, role: "img", "aria-label": label });
    });
    return group(text("input"), "input", units);
}

/**
 * The units of a module, which a click chooses for the microscope.
 * @param {number} module
 * @param {ModuleDescription} description
 */
export function moduleUnits(module, description) {
    const count = pictureCount(description);
    const buttons = Array.from({ length: count }, (_, unit) => unitButton(module, unit, description.text));
    const units = group(description.text, String(module), buttons);
    units.addEventListener("keydown", (event) => moveFocus(event, buttons));
    const all = description.output.length === 3 ? description.output[2] : description.units;
    if (all > count) units.append(make("span", { className: "quiet" }, text("more_units", { count: all - count })));
    return units;
}

/**
 * @param {string} name
 * @param {string} id
 * @param {HTMLElement[]} units
 */
function group(name, id, units) {
    const { columns, side, gap } = layoutOf(units.length);
    const pictures = make("canvas", { id: `pictures-${id}`, className: "pictures", "aria-hidden": "true" });
    const element = make("div", { className: "units", role: "group", "aria-label": name }, pictures, ...units);
    element.style.setProperty("--columns", String(columns));
    element.style.setProperty("--side", `${side}px`);
    element.style.setProperty("--distance", `${gap}px`);
    return element;
}

/**
 * @param {number} module
 * @param {number} unit
 * @param {string} name
 */
function unitButton(module, unit, name) {
    const title = text("unit_name", { module: name, unit });
    const properties = { type: "button", className: "unit", id: `unit-${module}-${unit}`, title, "aria-label": title };
    const button = make("button", { ...properties, tabIndex: unit === 0 ? 0 : -1 });
    button.addEventListener("click", () => change({ selection: { ...state.selection, module, unit, column: unit } }));
    return button;
}

/**
 * Arrows move the focus from picture to picture, so that the tabulator stops once at each card.
 * @param {KeyboardEvent} event
 * @param {HTMLButtonElement[]} buttons
 */
function moveFocus(event, buttons) {
    const { columns } = layoutOf(buttons.length);
    const by = { ArrowDown: columns, ArrowRight: 1, ArrowUp: -columns, ArrowLeft: -1 }[event.key];
    const present = buttons.indexOf(/** @type {HTMLButtonElement} */ (event.target));
    if (!by || present < 0 || event.altKey) return;
    event.preventDefault();
    const next = buttons[Math.max(0, Math.min(buttons.length - 1, present + by))];
    buttons[present].tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
}
