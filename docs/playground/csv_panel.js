// A table of one's own: pasted, chosen or dropped; its columns are chosen by name.

import { engine } from "./engine.js";
import { labelled, make, rebuild, select, byId } from "./dom.js";
import { fieldControl } from "./fields.js";
import { state } from "./state.js";
import { label, text } from "./text.js";
import { changeData } from "./data_changes.js";

/**
 * The columns of the table in the box, if it can be read.
 * @type {{columns: string[], examples: number, numeric: boolean[]} | null}
 */
let table = null;
/** The content of the box, and the reader's message about it. */
const box = { content: "", message: "", configured: "" };

/** @returns {HTMLElement[]} */
export function csvControls() {
    const { data } = state.config;
    if (box.configured !== data.text) {
        box.content = box.configured = data.text;
        readColumns(data.text);
    }
    const area = make("textarea", { id: "csv-text", rows: 6, spellcheck: false, value: box.content });
    area.setAttribute("aria-describedby", "csv-help csv-message");
    area.addEventListener("change", () => readTable(area.value));
    area.addEventListener("paste", () => setTimeout(() => readTable(area.value)));
    for (const name of ["dragover", "drop"])
        area.addEventListener(name, (event) => dropped(/** @type {DragEvent} */ (event), area));
    const file = make("input", { type: "file", id: "csv-file", accept: ".csv,.tsv,.txt,text/csv,text/plain" });
    file.addEventListener("change", () => readFile(file.files?.[0], area));
    return [
        make("p", { className: "quiet", id: "csv-help" }, text("csv_help")),
        labelled(text("csv_text"), area),
        labelled(text("csv_file"), file),
        make("div", { className: "fields", id: "csv-columns" }, ...columnControls()),
        make("p", { className: "message", id: "csv-message", role: "alert", lang: "en" }, box.message),
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
    box.content = content;
    await readColumns(content);
    if (!table || content === state.config.data.text) return;
    const { columns } = table;
    const { data } = state.config;
    const present = [data.x_1, data.x_2, data.target];
    const [x_1, x_2, target] =
        new Set(present).size === 3 && present.every((name) => columns.includes(name)) ? present : columns;
    await changeData({ ...data, text: content, x_1, x_2: x_2 ?? x_1, target: target ?? x_1 });
}

/** Reads the names of the columns, or shows the reader's message. @param {string} content */
async function readColumns(content) {
    try {
        table = await engine.csvColumns(content);
        showMessage("");
    } catch (error) {
        table = null;
        showMessage(/** @type {Error} */ (error).message);
    }
    const controls = document.getElementById("csv-columns");
    if (controls) rebuild(controls, columnControls());
}

/** @param {string} message */
function showMessage(message) {
    box.message = message;
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
    const standardize = { name: "standardize", type: /** @type {const} */ ("boolean") };
    const scaled = fieldControl("csv-standardize", standardize, data.standardize ?? false, (value) =>
        changeData({ ...data, standardize: value }),
    );
    return [...chosen, labelled(label("field", "task"), task), scaled, make("p", { className: "quiet" }, size)];
}
