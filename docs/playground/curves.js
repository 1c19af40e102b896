// The charts of loss and accuracy along the training.

import { lineChart } from "./charts.js";
import { CLASS_COLORS } from "./colors.js";
import { byId, throttled } from "./dom.js";
import { state, watch } from "./state.js";
import { text } from "./text.js";

/** @import { LineChart } from "./charts.js" */

/** @type {LineChart | null} */
let lossChart = null;
/** @type {LineChart | null} */
let accuracyChart = null;
const [BLUE, ORANGE, GREEN] = CLASS_COLORS;

export function startCurves() {
    const draw = throttled(fill, 150);
    watch(["language"], () => {
        build();
        draw();
    });
    watch(["history"], draw);
    watch(["shownEpoch"], mark);
    build();
}

function build() {
    lossChart?.destroy();
    accuracyChart?.destroy();
    const both = [
        { label: text("train"), color: BLUE },
        { label: text("test"), color: ORANGE, dash: [6, 4] },
    ];
    lossChart = lineChart(byId("loss-chart"), {
        series: both,
        xLabel: text("epoch"),
        yLabel: text("loss"),
        height: 120,
    });
    const best = { label: text("best"), color: GREEN, dash: [2, 3], width: 1.5 };
    accuracyChart = lineChart(byId("accuracy-chart"), {
        series: [...both, best],
        xLabel: text("epoch"),
        yLabel: text("accuracy"),
        height: 120,
        range: [0, 1.02],
    });
}

function fill() {
    const { history } = state;
    const epochs = history?.epochs ?? [];
    const none = epochs.map(() => null);
    lossChart?.set(epochs, [history?.train_loss ?? none, history?.test_loss ?? none]);
    const best = epochs.map(() => history?.best_accuracy ?? null);
    accuracyChart?.set(epochs, [history?.train_accuracy ?? none, history?.test_accuracy ?? none, best]);
    byId("accuracy-box").classList.toggle("empty", history !== null && history.train_accuracy === null);
    mark();
}

function mark() {
    const epoch = state.shownEpoch < 0 ? null : state.shownEpoch;
    lossChart?.mark(epoch);
    accuracyChart?.mark(epoch);
}
