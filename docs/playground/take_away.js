// What a reader takes away: programs, files, a link, a figure.

import { byId } from "./dom.js";
import { engine } from "./engine.js";
import { figurePng, figureSvg } from "./figure.js";
import { encodeLink } from "./link.js";
import { state, watch } from "./state.js";
import { say } from "./status_line.js";
import { text } from "./text.js";

/** The program in the dialog. */
const program = { text: "", file: "" };

export function startTakeAway() {
    on("take-rust", () => showProgram("rust", "main.rs", "take.rust"));
    on("take-pytorch", () => showProgram("pytorch", "brique.py", "take.pytorch"));
    on("take-safetensors", async () =>
        save("brique.safetensors", await engine.playground("safetensors"), "application/octet-stream"),
    );
    on("take-onnx", async () => save("brique.onnx", await engine.playground("onnx"), "application/octet-stream"));
    on("take-svg", async () => save("brique.svg", await figureSvg(), "image/svg+xml"));
    on("take-png", async () => save("brique.png", await figurePng(), "image/png"));
    on("copy-link", copyLink);
    on("copy-program", () => copyText(program.text));
    on("download-program", async () => save(program.file, program.text, "text/plain"));
    byId("close-program").addEventListener("click", () => dialog().close());
    watch(["status"], enable);
}

/** @returns {HTMLDialogElement} */
function dialog() {
    return byId("program");
}

function enable() {
    for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (
        document.querySelectorAll("#take-buttons button")
    )) {
        button.disabled = state.status === null;
    }
}

/** @param {string} id @param {() => Promise<unknown>} action */
function on(id, action) {
    byId(id).addEventListener("click", () => action().catch((error) => say("problem", { message: error.message })));
}

/** @param {"rust" | "pytorch"} method @param {string} file @param {import("./text.js").TextKey} title */
async function showProgram(method, file, title) {
    program.text = await engine.playground(method);
    program.file = file;
    byId("program-title").textContent = text(title);
    byId("program-text").textContent = program.text;
    byId("program-status").textContent = "";
    dialog().showModal();
}

/** @param {string} content */
async function copyText(content) {
    await navigator.clipboard.writeText(content);
    byId("program-status").textContent = text("copied");
}

/** Puts the link in the address bar and on the clipboard. It contains the steps made, too. */
async function copyLink() {
    const step = state.status?.step ?? 0;
    history.replaceState(null, "", await encodeLink({ config: state.config, ...(step > 0 ? { step } : {}) }));
    try {
        await navigator.clipboard.writeText(location.href);
        say("link_copied");
    } catch {
        say("link_shown");
    }
}

/** Offers a file for download. @param {string} name @param {BlobPart} content @param {string} type */
function save(name, content, type) {
    const address = URL.createObjectURL(new Blob([content], { type }));
    const anchor = document.createElement("a");
    anchor.href = address;
    anchor.download = name;
    anchor.click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
