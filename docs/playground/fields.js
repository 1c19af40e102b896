// Form fields made from the catalogue.

import { label } from "./text.js";
import { make, select } from "./dom.js";

/** @import { CatalogueEntry, Field, Kind } from "./types.js" */

/** A kind with the default of each field. Fields that the earlier one has too, with the same name, stay.
 * @param {CatalogueEntry} entry @param {Kind} [earlier] @returns {Kind} */
export function withDefaults(entry, earlier) {
    /** @type {Kind} */
    const kind = { kind: entry.kind };
    for (const field of entry.fields) {
        const before = earlier?.[field.name];
        kind[field.name] = structuredClone(before !== undefined && fits(field, before) ? before : field.default);
    }
    return kind;
}

/** @param {Field} field @param {unknown} value */
function fits(field, value) {
    if (typeof value !== typeof field.default) return false;
    if (typeof value !== "number") return !field.choices || field.choices.includes(String(value));
    return value >= (field.min ?? -Infinity) && value <= (field.max ?? Infinity);
}

/**
 * A control for each field of a kind.
 * @param {string} prefix of the ids
 * @param {Field[]} fields
 * @param {Record<string, any>} values
 * @param {(name: string, value: any) => void} onChange
 * @returns {HTMLElement[]}
 */
export function fieldControls(prefix, fields, values, onChange) {
    return fields.map((field) =>
        fieldControl(`${prefix}-${field.name}`, field, values[field.name] ?? field.default, (value) =>
            onChange(field.name, value),
        ),
    );
}

/**
 * A labelled control for one field.
 * @param {string} id
 * @param {Field} field
 * @param {any} value
 * @param {(value: any) => void} onChange
 */
export function fieldControl(id, field, value, onChange) {
    const name = label("field", field.name);
    if (field.type === "boolean") {
        const box = make("input", { type: "checkbox", id, checked: value });
        box.addEventListener("change", () => onChange(box.checked));
        return make("label", { className: "field check" }, box, make("span", {}, name));
    }
    const control = field.type === "choice" ? choice(id, field, value) : textOrNumber(id, field, value);
    control.addEventListener("change", () => {
        const changed = readValue(field, control.value);
        if (changed === null) control.value = String(value);
        else onChange(changed);
    });
    return make("label", { className: "field" }, make("span", {}, name), control);
}

/** @param {string} id @param {Field} field @param {any} value */
function choice(id, field, value) {
    const options = (field.choices ?? []).map((name) => ({ value: name, label: label("choice", name) }));
    return select(options, String(value), { id });
}

/** @param {string} id @param {Field} field @param {any} value */
function textOrNumber(id, field, value) {
    if (field.type === "text") return make("input", { type: "text", id, value: String(value) });
    const input = make("input", { type: "number", id });
    if (field.min !== undefined) input.min = String(field.min);
    if (field.max !== undefined) input.max = String(field.max);
    input.step = String(field.step ?? (field.type === "integer" ? 1 : "any"));
    input.value = String(value);
    return input;
}

/** The value that was typed, or nothing if it is not a number. @param {Field} field @param {string} typed */
function readValue(field, typed) {
    if (field.type === "text" || field.type === "choice") return typed;
    const value = Number(typed);
    if (typed.trim() === "" || !Number.isFinite(value)) return null;
    return field.type === "integer" ? Math.round(value) : value;
}
