// The top bar: running, and where the training is.

import { byId } from "./dom.js";
import { engine } from "./engine.js";
import { showStepWave } from "./network_panel.js";
import { shortNumber } from "./numbers.js";
import { change, state, watch } from "./state.js";
import { text } from "./text.js";
import { advance, reset, togglePlay } from "./training.js";

/** @import { Pace } from "./types.js" */

export function startReadout() {
    byId("play").addEventListener("click", togglePlay);
    byId("reset").addEventListener("click", reset);
    byId("one-epoch").addEventListener("click", () => advance("epoch"));
    byId("one-step").addEventListener("click", () => {
        showStepWave();
        advance("step");
    });
    const pace = /** @type {HTMLSelectElement} */ (byId("pace"));
    pace.value = state.pace;
    pace.addEventListener("change", () => choosePace(/** @type {Pace} */ (pace.value)));
    addEventListener("keydown", playBySpace);
    watch(["running", "status", "problem", "language"], drawButtons);
    watch(["frame", "shownEpoch", "history"], drawNumbers);
    drawButtons();
    drawNumbers();
}

/** @param {Pace} pace */
function choosePace(pace) {
    change({ pace });
    if (state.running) engine.run(pace);
}

/** Space plays and pauses while no control has the focus. @param {KeyboardEvent} event */
function playBySpace(event) {
    if (event.code !== "Space" || event.target !== document.body) return;
    event.preventDefault();
    togglePlay();
}

function drawButtons() {
    const ended = state.status?.ended ?? false;
    const stopped = state.problem !== null || state.status === null;
    const play = /** @type {HTMLButtonElement} */ (byId("play"));
    const name = text(state.running ? "pause" : ended ? "again" : "play");
    if (play.textContent !== name) play.textContent = name;
    play.disabled = stopped;
    for (const id of ["one-step", "one-epoch"]) /** @type {HTMLButtonElement} */ (byId(id)).disabled = stopped || ended;
    /** @type {HTMLButtonElement} */ (byId("reset")).disabled = state.status === null;
}

function drawNumbers() {
    const { history, status } = state;
    const at = history
        ? state.shownEpoch < 0
            ? history.epochs.length - 1
            : history.epochs.indexOf(state.shownEpoch)
        : -1;
    /** @param {string} id @param {string} value */
    const write = (id, value) => {
        if (byId(id).textContent !== value) byId(id).textContent = value;
    };
    write("read-epoch", String(state.shownEpoch < 0 ? (status?.epoch ?? 0) : state.shownEpoch));
    write("read-step", String(status?.step ?? 0));
    write("read-train-loss", shortNumber(history?.train_loss[at]));
    write("read-test-loss", shortNumber(history?.test_loss?.[at]));
    write("read-train-accuracy", percent(history?.train_accuracy?.[at]));
    write("read-test-accuracy", percent(history?.test_accuracy?.[at]));
    write("bits", state.frame?.bits ?? "–");
}

/** @param {number | null | undefined} part */
function percent(part) {
    return part === null || part === undefined ? "–" : `${(part * 100).toFixed(1)} %`;
}
