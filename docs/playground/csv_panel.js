// A table of one's own: pasted, chosen or dropped; its columns are chosen by name.

import { engine } from "./engine.js";
import { labelled, make, rebuild, select, byId } from "./dom.js";
import { state } from "./state.js";
import { label, text } from "./text.js";
import { changeData } from "./data_panel.js";

/** The columns of the last table that could be read. @type {{text: string, columns: string[], examples: number, numeric: boolean[]} | null} */
let table = null;

/** @returns {HTMLElement[]} */
export function csvControls() {
    const { data } = state.config;
    const area = make("textarea", { id: "csv-text", rows: 6, spellcheck: false, value: data.text });
    area.setAttribute("aria-describedby", "csv-help csv-message");
    area.addEventListener("change", () => readTable(area.value));
    for (const name of ["dragover", "drop"]) area.addEventListener(name, (event) => dropped(/** @type {DragEvent} */ (event), area));
    const file = make("input", { type: "file", id: "csv-file", accept: ".csv,.tsv,.txt,text/csv,text/plain" });
    file.addEventListener("change", () => readFile(file.files?.[0], area));
    if (table?.text !== data.text) readColumns(data.text);
    return [
        make("p", { className: "quiet", id: "csv-help" }, text("csv_help")),
        labelled(text("csv_text"), area),
        labelled(text("csv_file"), file),
        make("div", { className: "fields", id: "csv-columns" }, ...columnControls()),
        make("p", { className: "message", id: "csv-message", role: "alert", lang: "en" }),
    ];
}

/** @param {DragEvent} event @param {HTMLTextAreaElement} area */
function dropped(event, area) {
    event.preventDefault();
    if (event.type === "drop") readFile(event.dataTransfer?.files[0], area);
}

/** @param {File | undefined} file @param {HTMLTextAreaElement} area */
async function readFile(file, area) {
    if (!file) return;
    area.value = await file.text();
    await readTable(area.value);
}

/** Uses another table: the first columns that fit, unless the present choice still exists. @param {string} content */
async function readTable(content) {
    await readColumns(content);
    if (!table) return;
    const { columns } = table;
    const { data } = state.config;
    const present = [data.x_1, data.x_2, data.target];
    const [x_1, x_2, target] = present.every((name) => columns.includes(name)) ? present : columns;
    await changeData({ ...data, text: content, x_1, x_2: x_2 ?? x_1, target: target ?? x_1 });
}

/** Reads the names of the columns, or shows the reader's message. @param {string} content */
async function readColumns(content) {
    try {
        table = { text: content, ...(await engine.csvColumns(content)) };
        showMessage("");
    } catch (error) {
        table = null;
        showMessage(/** @type {Error} */ (error).message);
    }
    const box = document.getElementById("csv-columns");
    if (box) rebuild(box, columnControls());
}

/** @param {string} message */
function showMessage(message) {
    if (document.getElementById("csv-message")) byId("csv-message").textContent = message;
}

/** @returns {HTMLElement[]} */
function columnControls() {
    const { data } = state.config;
    if (!table) return [];
    const options = table.columns.map((name) => ({ value: name, label: name }));
    const chosen = ["x_1", "x_2", "target"].map((field) => {
        const control = select(options, data[field], { id: `csv-${field}` });
        control.addEventListener("change", () => changeData({ ...data, [field]: control.value }));
        return labelled(label("field", field), control);
    });
    const tasks = ["classification", "regression"].map((task) => ({ value: task, label: label("choice", task) }));
    const task = select(tasks, data.task, { id: "csv-task" });
    task.addEventListener("change", () => changeData({ ...data, task: task.value }));
    const size = text("csv_columns", { examples: table.examples, columns: table.columns.length });
    return [...chosen, labelled(label("field", "task"), task), make("p", { className: "quiet" }, size)];
}
