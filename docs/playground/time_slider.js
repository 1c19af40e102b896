// Back and forth in time: a slider over the epochs whose parameters are recorded.

import { byId } from "./dom.js";
import { state, watch } from "./state.js";
import { text } from "./text.js";
import { lookAt } from "./training.js";

export function startTimeSlider() {
    slider().addEventListener("input", () => {
        const epochs = recorded();
        const index = Number(slider().value);
        lookAt(index >= epochs.length ? -1 : epochs[index]);
    });
    byId("now").addEventListener("click", () => lookAt(-1));
    watch(["frame", "status", "shownEpoch", "language", "problem"], draw);
}

/** @returns {HTMLInputElement} */
function slider() {
    return byId("time");
}

function recorded() {
    return state.frame?.recorded ?? [];
}

/** The last position of the slider is the present, which may lie within an epoch. */
function draw() {
    const epochs = recorded();
    const epoch = state.shownEpoch < 0 ? (state.status?.epoch ?? 0) : state.shownEpoch;
    const said = text(state.shownEpoch < 0 ? "time_live" : "time_text", { epoch });
    slider().max = String(epochs.length);
    slider().value = String(state.shownEpoch < 0 ? epochs.length : epochs.indexOf(state.shownEpoch));
    slider().disabled = state.status === null;
    slider().setAttribute("aria-valuetext", said);
    byId("time-text").textContent = said;
    /** @type {HTMLButtonElement} */ (byId("now")).disabled = state.shownEpoch < 0;
}
