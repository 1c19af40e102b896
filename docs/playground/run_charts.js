// The charts of the runs that are shown.

import { lineChart } from "./charts.js";
import { classColor } from "./colors.js";
import { byId, make } from "./dom.js";
import { language, text } from "./text.js";

/** @import { ChartOptions, LineChart } from "./charts.js" */
/** @import { BatchPoint, EpochPoint, RunData } from "./run_data.js" */
/** @import { Entry } from "./run_list.js" */
/** @typedef {{label: string, color: string, dash?: number[], points: [number, number | null][]}} Curve */
/** @typedef {{id: string, title: string, xLabel: string, logarithmic: boolean, curves: Curve[], beginsRow?: boolean, range?: [number, number]}} Panel */

/** A curve of more points shows means of neighbours: the numbers of single batches scatter. */
const MEANS = 250;

const DASHES = [undefined, [7, 4], [2, 3]];

/** The charts on the page, by the id of their panel. @type {Map<string, {element: HTMLElement, chart: LineChart, look: string}>} */
const shown = new Map();

/** Draws the charts of these runs. @param {Entry[]} entries @param {boolean} isLogarithmic whether the axis of the loss is */
export function showCharts(entries, isLogarithmic) {
    const runs = entries.filter((entry) => entry.isShown);
    const panels = [...commonPanels(runs, isLogarithmic), ...runs.flatMap((entry) => layerPanels(entry, entries.indexOf(entry)))]
        .filter((panel) => panel.curves.length > 0);
    const ids = new Set(panels.map((panel) => panel.id));
    for (const [id, { element, chart }] of shown) {
        if (ids.has(id)) continue;
        chart.destroy();
        element.remove();
        shown.delete(id);
    }
    for (const [index, panel] of panels.entries()) showPanel(panel, index);
}

/** Panels in which all runs are side by side. @param {Entry[]} runs @param {boolean} isLogarithmic @returns {Panel[]} */
function commonPanels(runs, isLogarithmic) {
    const metrics = [...new Set(runs.flatMap((entry) => entry.data.metrics))];
    const epochs = text("epoch");
    /** @param {string} id @param {string} title @param {boolean} logarithmic @param {Curve[]} curves @returns {Panel} */
    const byEpoch = (id, title, logarithmic, curves) => ({ id, title, xLabel: epochs, logarithmic, curves });
    return [
        byEpoch("loss", text("loss"), isLogarithmic, runs.flatMap((entry) => [
            epochCurve(entry, text("train"), undefined, (point) => point.loss),
            epochCurve(entry, text("dash.validation"), [7, 4], (point) => point.validation_loss),
        ]).filter(hasNumbers)),
        ...metrics.map((metric) => {
            const curves = runs.map((entry) => {
                const index = entry.data.metrics.indexOf(metric);
                return epochCurve(entry, "", undefined, (point) => point.metrics[index] ?? null);
            }).filter(hasNumbers);
            return { ...byEpoch(`metric ${metric}`, metric, false, curves), range: rangeOf(curves) };
        }),
        {
            ...byEpoch("batches", text("dash.batches"), isLogarithmic, runs.map(batchCurve).filter(hasNumbers)),
            xLabel: text("steps"),
        },
        byEpoch("rate", text("dash.learning_rate"), true, runs.map((entry) =>
            epochCurve(entry, "", undefined, (point) => point.learning_rate)).filter(hasNumbers)),
        byEpoch("time", text("dash.epoch_time"), false, runs.map((entry) =>
            epochCurve(entry, "", undefined, (point) => point.seconds * 1000)).filter(hasNumbers)),
    ];
}

/** The sizes of δ and of gradients of a run, by layer. @param {Entry} entry @param {number} number @returns {Panel[]} */
function layerPanels(entry, number) {
    const { points, xLabel } = pointsWithSizes(entry.data);
    return /** @type {const} */ (["delta", "gradient"]).map((size) => ({
        id: `${size} ${number}`,
        title: text(`dash.${size}`, { name: entry.data.name }),
        xLabel,
        logarithmic: true,
        beginsRow: size === "delta",
        curves: entry.data.layers.map((layer, index) => ({
            label: `${layer.path} ${layer.text}`.trim(),
            color: classColor(index),
            dash: DASHES[Math.floor(index / 10) % DASHES.length],
            points: means(points.map(({ x, point }) => [x, point[size][index] ?? null])),
        })).filter(hasNumbers),
    }));
}

/** All points with sizes, by step if the steps are known. @param {RunData} run */
function pointsWithSizes(run) {
    const hasSteps = run.epochs.every((point) => point.step !== null);
    /** @type {(EpochPoint | BatchPoint)[]} */
    const all = hasSteps ? [...run.epochs, ...run.batches] : run.epochs;
    const points = all.filter((point) => point.gradient.length > 0)
        .map((point) => ({ x: hasSteps ? point.step ?? 0 : point.epoch + 1, point }))
        .sort((a, b) => a.x - b.x);
    return { points, xLabel: text(hasSteps ? "steps" : "epoch") };
}

/** @param {Entry} entry @param {string} of @param {number[] | undefined} dash @param {(point: EpochPoint) => number | null} value @returns {Curve} */
function epochCurve(entry, of, dash, value) {
    return {
        label: of ? `${entry.data.name}, ${of}` : entry.data.name,
        color: entry.color,
        dash,
        points: entry.data.epochs.map((point) => [point.epoch + 1, value(point)]),
    };
}

/** @param {Entry} entry @returns {Curve} */
function batchCurve(entry) {
    return { label: entry.data.name, color: entry.color, points: means(entry.data.batches.map((point) => [point.step, point.loss])) };
}

/** Means of as many neighbours as make at most `MEANS` points. @param {[number, number | null][]} points @returns {[number, number | null][]} */
function means(points) {
    const count = Math.ceil(points.length / MEANS);
    if (count <= 1) return points;
    /** @type {[number, number | null][]} */
    const result = [];
    for (let first = 0; first < points.length; first += count) {
        const group = points.slice(first, first + count);
        const numbers = group.flatMap(([, y]) => (y === null ? [] : [y]));
        const sum = numbers.reduce((total, y) => total + y, 0);
        result.push([group[group.length - 1][0], numbers.length ? sum / numbers.length : null]);
    }
    return result;
}

/** A range of round numbers around all points. @param {Curve[]} curves @returns {[number, number] | undefined} */
function rangeOf(curves) {
    const numbers = curves.flatMap((curve) => curve.points.flatMap(([, y]) => (y === null ? [] : [y])));
    const lowest = numbers.reduce((least, y) => Math.min(least, y), Infinity);
    const highest = numbers.reduce((most, y) => Math.max(most, y), -Infinity);
    if (!(lowest < highest)) return undefined;
    const step = 10 ** Math.ceil(Math.log10(highest - lowest)) / 2;
    return [Math.floor(lowest / step) * step, Math.ceil(highest / step) * step];
}

/** @param {Curve} curve */
function hasNumbers(curve) {
    return curve.points.some(([, y]) => y !== null);
}

/** @param {Panel} panel @param {number} index its position */
function showPanel(panel, index) {
    const look = JSON.stringify([panel.title, panel.xLabel, panel.logarithmic, panel.range, language(), panel.curves.map((curve) => [curve.label, curve.color])]);
    let known = shown.get(panel.id);
    if (known?.look !== look) {
        known?.chart.destroy();
        const element = known?.element ?? make("section", { className: panel.beginsRow ? "panel begins-row" : "panel" });
        known = { element, chart: newChart(element, panel), look };
        shown.set(panel.id, known);
    }
    const list = byId("charts");
    if (list.children[index] !== known.element) list.insertBefore(known.element, list.children[index] ?? null);
    const { xs, columns } = aligned(panel.curves);
    known.chart.set(xs, columns);
}

/** @param {HTMLElement} element @param {Panel} panel */
function newChart(element, panel) {
    const place = make("div", { className: "chart" });
    element.replaceChildren(make("h3", {}, panel.title), place);
    document.body.contains(element) || byId("charts").append(element);
    return lineChart(place, {
        series: panel.curves.map(({ label, color, dash }) => ({ label, color, dash })),
        xLabel: panel.xLabel,
        yLabel: panel.title,
        logarithmic: panel.logarithmic,
        height: 190,
        range: panel.range,
    });
}

/** The numbers of curves at all their x together. @param {Curve[]} curves */
function aligned(curves) {
    const xs = [...new Set(curves.flatMap((curve) => curve.points.map(([x]) => x)))].sort((a, b) => a - b);
    const columns = curves.map((curve) => {
        const values = new Map(curve.points);
        return xs.map((x) => values.get(x) ?? null);
    });
    return { xs, columns };
}
