// The line that says what happens, for the eye and for screen readers. It changes only when a person acts or a training
// ends, so that a screen reader is not flooded while the network trains.

import { watch } from "./state.js";
import { text } from "./text.js";

/** @import { TextKey } from "./text.js" */

/** What the line says. @type {{key: TextKey, values: Record<string, string | number>}} */
let said = { key: "loading", values: {} };

/** Shows a text of the language table. @param {TextKey} key @param {Record<string, string | number>} [values] */
export function say(key, values = {}) {
    said = { key, values };
    write();
}

function write() {
    const line = document.getElementById("status");
    const sentence = text(said.key, said.values);
    if (line && line.textContent !== sentence) line.textContent = sentence;
}

watch(["language"], write);
