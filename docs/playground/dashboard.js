// The dashboard: asks the program that trains for news, and shows it. Without a program, it shows files.

import { classColor } from "./colors.js";
import { byId } from "./dom.js";
import { showCharts } from "./run_charts.js";
import { after, merged, readRunFile } from "./run_data.js";
import { showRuns } from "./run_list.js";
import { preferredLanguage, setLanguage, text } from "./text.js";
import { onSystemTheme, setTheme, storedTheme } from "./theme.js";

/** @import { RunData } from "./run_data.js" */
/** @import { Entry } from "./run_list.js" */
/** @import { Language, TextKey } from "./text.js" */
/** @import { Theme } from "./theme.js" */

/** The time between two requests, in milliseconds. */
const PAUSE = 1000;

const token = new URLSearchParams(location.search).get("token");

/** The runs of the program, in its order, and after them those of files. @type {Entry[]} */
let entries = [];

/** How the connection is, as a key of the language tables. @type {TextKey} */
let connection = token === null ? "dash.no_program" : "dash.connecting";

/** The run that the dialog asks about. @type {Entry | null} */
let toStop = null;

function start() {
    startPreferences();
    startFiles();
    startStopDialog();
    byId("logarithmic").addEventListener("change", show);
    show();
    if (token !== null) poll();
}

/** Language and theme, as the reader chose them before. */
function startPreferences() {
    const language = /** @type {HTMLSelectElement} */ (byId("language"));
    const theme = /** @type {HTMLSelectElement} */ (byId("theme"));
    language.value = preferredLanguage();
    theme.value = storedTheme();
    setLanguage(/** @type {Language} */ (language.value));
    setTheme(/** @type {Theme} */ (theme.value));
    onSystemTheme(() => setTheme(/** @type {Theme} */ (theme.value)));
    language.addEventListener("change", () => {
        setLanguage(/** @type {Language} */ (language.value));
        show();
    });
    theme.addEventListener("change", () => setTheme(/** @type {Theme} */ (theme.value)));
}

function show() {
    document.title = text("dash.title");
    const said = text(connection);
    if (byId("connection").textContent !== said) byId("connection").textContent = said;
    showRuns(entries, { onShow: show, onStop: askToStop, onRemove: remove });
    showCharts(entries, /** @type {HTMLInputElement} */ (byId("logarithmic")).checked);
}

/** Asks for news, again and again. */
async function poll() {
    const live = entries.filter((entry) => entry.number !== null);
    let isConnected = false;
    try {
        const query = live.map((entry) => after(entry.data)).join(",");
        const response = await fetch(`data?token=${token}&after=${query}`, { signal: AbortSignal.timeout(5000) });
        isConnected = response.ok;
        connection = response.status === 403 ? "dash.refused" : response.ok ? "dash.connected" : "dash.connection_lost";
        if (isConnected) receive((await response.json()).runs);
    } catch {
        connection = "dash.connection_lost";
        isConnected = false;
    }
    for (const entry of entries) entry.isConnected = isConnected;
    show();
    setTimeout(poll, isConnected ? PAUSE : 3 * PAUSE);
}

/** @param {RunData[]} runs */
function receive(runs) {
    for (const [number, data] of runs.entries()) {
        const known = entries.find((entry) => entry.number === number);
        if (known) known.data = merged(known.data, data);
        else add(data, number);
    }
}

/** @param {RunData} data @param {number | null} number */
function add(data, number) {
    const used = new Set(entries.map((entry) => entry.color));
    const index = Array.from({ length: 10 }, (_, color) => color).find((color) => !used.has(classColor(color)));
    const color = classColor(index ?? entries.length);
    entries.push({ data, color, number, isShown: true, isConnected: true });
}

/** @param {Entry} entry */
function remove(entry) {
    entries = entries.filter((other) => other !== entry);
    show();
    byId("file").focus();
}

/** Files of runs, chosen or dragged onto the page. */
function startFiles() {
    const input = /** @type {HTMLInputElement} */ (byId("file"));
    input.addEventListener("change", async () => {
        await openFiles(input.files);
        input.value = "";
    });
    addEventListener("dragover", (event) => event.preventDefault());
    addEventListener("drop", (event) => {
        event.preventDefault();
        openFiles(event.dataTransfer?.files);
    });
}

/** @param {FileList | null | undefined} files */
async function openFiles(files) {
    const message = byId("message");
    message.textContent = "";
    for (const file of files ?? []) {
        try {
            add(readRunFile(await file.text()), null);
        } catch (error) {
            const reason = /** @type {Error} */ (error).message;
            message.textContent = text("dash.file_wrong", { name: file.name, message: reason });
        }
    }
    show();
}

/** @param {Entry} entry */
function askToStop(entry) {
    if (entry.data.is_stopping) return;
    toStop = entry;
    byId("stop-title").textContent = text("dash.stop_question", { name: entry.data.name });
    /** @type {HTMLDialogElement} */ (byId("stop-dialog")).showModal();
}

function startStopDialog() {
    const dialog = /** @type {HTMLDialogElement} */ (byId("stop-dialog"));
    byId("stop-no").addEventListener("click", () => dialog.close());
    byId("stop-yes").addEventListener("click", async () => {
        dialog.close();
        const entry = toStop;
        if (!entry) return;
        entry.data.is_stopping = true;
        show();
        try {
            await fetch(`stop?token=${token}&run=${entry.number}`, { method: "POST", signal: AbortSignal.timeout(5000) });
        } catch {
            // The next request for news says that the program does not respond.
            entry.data.is_stopping = false;
        }
    });
}

start();
