// The backward pass by layer along the training: sizes of δ and of gradients, saturated and dead units.

import { lineChart } from "./charts.js";
import { CLASS_COLORS } from "./colors.js";
import { byId, make, rebuild, throttled } from "./dom.js";
import { state, watch } from "./state.js";
import { text } from "./text.js";

/** @import { LineChart } from "./charts.js" */
/** @import { LayerHistory } from "./types.js" */

/** @type {LineChart | null} */
let deltaChart = null;
/** @type {LineChart | null} */
let gradientChart = null;
/** What the charts were built from. */
let built = "";

export function startLayersPanel() {
    watch(["history", "shownEpoch", "language"], throttled(draw, 400));
}

/** @param {LayerHistory[]} layers */
function series(layers) {
    return layers.map(({ path, text: name }, index) => ({
        label: `${path.replaceAll(".module", "")} ${name.replace(/\(.*/, "")}`,
        color: CLASS_COLORS[index % CLASS_COLORS.length],
        dash: index % 2 === 1 ? [5, 3] : undefined,
    }));
}

/** The modules without those that only contain others. @param {LayerHistory[]} layers */
function shownLayers(layers) {
    return layers.filter(({ text: name }) => !name.startsWith("Sequential"));
}

/** @param {LayerHistory[]} layers */
function withGradient(layers) {
    return layers.filter(({ gradient }) => gradient !== null);
}

function draw() {
    const { history } = state;
    if (!history?.layers) return;
    const layers = shownLayers(history.layers);
    const source = JSON.stringify([layers.map(({ path, text: name }) => [path, name]), state.language]);
    if (source !== built) build(layers);
    built = source;
    deltaChart?.set(
        history.epochs,
        layers.map(({ delta }) => delta),
    );
    gradientChart?.set(
        history.epochs,
        withGradient(layers).map(({ gradient }) => gradient ?? []),
    );
    const epoch = state.shownEpoch < 0 ? null : state.shownEpoch;
    deltaChart?.mark(epoch);
    gradientChart?.mark(epoch);
    drawTable(layers, epoch ?? history.epochs[history.epochs.length - 1]);
}

/** @param {LayerHistory[]} layers */
function build(layers) {
    deltaChart?.destroy();
    gradientChart?.destroy();
    const common = { xLabel: text("epoch"), logarithmic: true, height: 150 };
    deltaChart = lineChart(byId("delta-chart"), { ...common, series: series(layers), yLabel: text("delta_by_layer") });
    gradientChart = lineChart(byId("gradient-chart"), {
        ...common,
        series: series(withGradient(layers)),
        yLabel: text("gradient_by_layer"),
    });
}

/** The units that saturate or are dead at an epoch. @param {LayerHistory[]} layers @param {number} epoch */
function drawTable(layers, epoch) {
    const rows = layers
        .filter(({ saturated, dead }) => saturated || dead)
        .map((layer) =>
            make(
                "tr",
                {},
                make("th", { scope: "row" }, `${layer.path}: ${layer.text}`),
                fractionCell(layer.saturated?.[epoch]),
                fractionCell(layer.dead?.[epoch]),
            ),
        );
    const head = ["module", "saturated", "dead"].map((key) =>
        make("th", { scope: "col" }, text(/** @type {any} */ (key))),
    );
    const table = make("table", {}, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows));
    rebuild(byId("unit-states"), rows.length > 0 ? [table] : []);
}

/** @param {number | null | undefined} fraction */
function fractionCell(fraction) {
    const cell = make(
        "td",
        { className: "number" },
        fraction === null || fraction === undefined ? "–" : `${(fraction * 100).toFixed(1)} %`,
    );
    return cell;
}
