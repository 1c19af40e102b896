// The list of runs: which are shown, how far they are, and a button to stop them.

import { byId, make } from "./dom.js";
import { shortNumber } from "./numbers.js";
import { text } from "./text.js";

/** @import { RunData } from "./run_data.js" */
/**
 * @typedef {object} Entry a run on the page
 * @property {RunData} data
 * @property {string} color
 * @property {boolean} isShown
 * @property {number | null} number its number at the program; null for the run of a file
 * @property {boolean} isConnected whether the program responds
 */
/** @typedef {{onShow: () => void, onStop: (entry: Entry) => void, onRemove: (entry: Entry) => void}} Listeners */
/** @typedef {{element: HTMLElement, update: () => void}} Row */

/** @type {Map<Entry, Row>} */
const rows = new Map();

/** Shows these runs. Rows that are there already stay, with the focus. @param {Entry[]} entries @param {Listeners} listeners */
export function showRuns(entries, listeners) {
    const list = byId("runs");
    for (const [entry, row] of rows) {
        if (entries.includes(entry)) continue;
        row.element.remove();
        rows.delete(entry);
    }
    for (const entry of entries) {
        let row = rows.get(entry);
        if (!row) {
            row = newRow(entry, listeners);
            rows.set(entry, row);
            list.append(row.element);
        }
        row.update();
    }
    byId("no-runs").hidden = entries.length > 0;
}

/** @param {Entry} entry @param {Listeners} listeners @returns {Row} */
function newRow(entry, listeners) {
    const box = make("input", { type: "checkbox", checked: entry.isShown });
    box.addEventListener("change", () => {
        entry.isShown = box.checked;
        listeners.onShow();
    });
    const swatch = make("span", { className: "swatch" });
    swatch.style.background = entry.color;
    const name = make("span");
    const state = make("span", { className: "state" });
    const numbers = make("dl", { className: "numbers" });
    const button = make("button", { type: "button" });
    button.addEventListener("click", () => (entry.number === null ? listeners.onRemove(entry) : listeners.onStop(entry)));
    const message = make("p", { className: "message" });
    const label = make("label", { className: "name" }, box, swatch, name);
    const element = make("li", { className: "run" }, label, state, numbers, make("div", { className: "action" }, button), message);
    const update = () => {
        name.textContent = entry.data.name;
        write(state, stateText(entry));
        state.dataset.state = isActive(entry) ? entry.data.state : entry.data.state === "failed" ? "failed" : "over";
        showNumbers(numbers, entry.data);
        showButton(button, entry);
        write(message, entry.data.message ?? "");
    };
    return { element, update };
}

/** Whether the run can be stopped. @param {Entry} entry */
function isActive(entry) {
    return entry.number !== null && entry.isConnected && entry.data.state === "running";
}

/** @param {Entry} entry */
function stateText(entry) {
    const { state } = entry.data;
    if (state === "running" && !isActive(entry)) return text("dash.unknown");
    return text(`dash.${state}`);
}

/** @param {HTMLElement} button @param {Entry} entry */
function showButton(button, entry) {
    const isOfFile = entry.number === null;
    const word = isOfFile ? "dash.remove" : entry.data.is_stopping ? "dash.stopping" : "dash.stop";
    write(button, text(word));
    button.setAttribute("aria-label", `${text(word)}: ${entry.data.name}`);
    const isOn = isOfFile || (isActive(entry) && !entry.data.is_stopping);
    // A disabled button would lose the focus.
    button.setAttribute("aria-disabled", String(!isOn));
    button.hidden = !isOfFile && !isActive(entry);
}

/** @param {HTMLElement} list @param {RunData} run */
function showNumbers(list, run) {
    const last = run.epochs.at(-1);
    const pairs = [
        [text("epoch"), last ? String(last.epoch + 1) : "0"],
        [text("steps"), run.now?.step ? String(run.now.step) : "–"],
        [text("loss"), shortNumber(last ? last.loss : run.now?.loss)],
        ...(last?.validation_loss == null ? [] : [[text("dash.validation"), shortNumber(last.validation_loss)]]),
        ...run.metrics.map((metric, index) => [metric, shortNumber(last?.metrics[index])]),
        [text("dash.time"), duration(run.now?.seconds ?? 0)],
    ];
    while (list.children.length > pairs.length) list.lastElementChild?.remove();
    for (const [index, [name, value]] of pairs.entries()) {
        if (!list.children[index]) list.append(make("div", {}, make("dt"), make("dd")));
        const [term, definition] = list.children[index].children;
        write(/** @type {HTMLElement} */ (term), name);
        write(/** @type {HTMLElement} */ (definition), value);
    }
}

/** Writes a text if it is another one: screen readers and the layout have nothing to do otherwise. @param {HTMLElement} element @param {string} content */
function write(element, content) {
    if (element.textContent !== content) element.textContent = content;
}

/** @param {number} seconds */
function duration(seconds) {
    if (seconds < 60) return `${seconds.toFixed(1)} s`;
    const minutes = Math.floor(seconds / 60);
    if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
    return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
