// The text of the page in the chosen language.

import { en } from "./language/en.js";
import { fr } from "./language/fr.js";

/** @typedef {keyof typeof en} TextKey */
/** @typedef {"en" | "fr"} Language */

/** @type {Record<Language, Record<string, string>>} */
const tables = { en, fr };

/** @type {Language} */
let current = "en";

/** The chosen language. @returns {Language} */
export function language() {
    return current;
}

/** The language of the reader: the one chosen before, or the browser's. @returns {Language} */
export function preferredLanguage() {
    const stored = localStorage.getItem("language");
    if (stored === "en" || stored === "fr") return stored;
    return navigator.language.startsWith("fr") ? "fr" : "en";
}

/**
 * The text of a key, with `{name}` replaced by the values.
 * @param {TextKey} key
 * @param {Record<string, string | number>} [values]
 */
export function text(key, values = {}) {
    return tables[current][key].replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/**
 * The label of a name of the catalogue, such as `field.noise`; without one, the name itself.
 * @param {string} group
 * @param {string} name
 */
export function label(group, name) {
    return tables[current][`${group}.${name}`] ?? name.replaceAll("_", " ");
}

/** Chooses the language and writes all static text again. @param {Language} chosen */
export function setLanguage(chosen) {
    current = chosen;
    localStorage.setItem("language", chosen);
    document.documentElement.lang = chosen;
    writeStaticText(document);
}

/**
 * Writes the text of all elements with `data-text`, and the accessible names of those with `data-label`.
 * @param {ParentNode} root
 */
export function writeStaticText(root) {
    for (const element of root.querySelectorAll("[data-text]")) {
        element.textContent = text(/** @type {TextKey} */ (element.getAttribute("data-text")));
    }
    for (const element of root.querySelectorAll("[data-label]")) {
        element.setAttribute("aria-label", text(/** @type {TextKey} */ (element.getAttribute("data-label"))));
    }
}
