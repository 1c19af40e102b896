// Line charts of the playground and of the dashboard, drawn by uPlot.

import uPlot from "./vendor/uPlot.esm.js";
import { canvasColors } from "./colors.js";
import { shortNumber } from "./numbers.js";

/** @typedef {{label: string, color: string, dash?: number[], width?: number}} Series */
/** @typedef {ArrayLike<number | null>} Column */
/**
 * @typedef {object} ChartOptions
 * @property {Series[]} series
 * @property {string} xLabel
 * @property {string} yLabel also the name of the chart for screen readers
 * @property {boolean} [logarithmic] whether the y axis is logarithmic; numbers that are not positive are gaps
 * @property {number} [height] in pixels, legend not included
 * @property {[number, number]} [range] of the y axis
 */
/**
 * @typedef {object} LineChart
 * @property {(xs: ArrayLike<number>, columns: Column[]) => void} set shows other numbers: one column for each series
 * @property {(x: number | null) => void} mark draws a vertical line at this x
 * @property {() => void} redraw draws again, after a change of the theme
 * @property {() => void} destroy removes the chart
 */

/** The most points of a line. Longer lines show every n-th point and the last one. */
const MOST_POINTS = 1000;

/** The charts on the page, which a change of the theme draws again. @type {Set<LineChart>} */
const charts = new Set();

/** Draws all charts again, after a change of the theme. */
export function redrawCharts() {
    for (const chart of charts) chart.redraw();
}

document.addEventListener("themechange", redrawCharts);

/**
 * Draws a line chart in an element. The chart takes the width of the element.
 * @param {HTMLElement} element
 * @param {ChartOptions} options
 * @returns {LineChart}
 */
export function lineChart(element, options) {
    const height = options.height ?? 150;
    /** @type {number | null} */
    let marked = null;
    element.replaceChildren();
    element.setAttribute("role", "img");
    element.setAttribute("aria-label", options.yLabel);
    const plot = new uPlot(
        uplotOptions(element, options, height, () => marked),
        emptyData(options),
        element,
    );
    const resizing = new ResizeObserver(() => {
        const width = Math.floor(element.clientWidth);
        if (width > 0 && width !== plot.width) plot.setSize({ width, height });
    });
    resizing.observe(element);
    /** @type {LineChart} */
    const chart = {
        set(xs, columns) {
            const step = Math.ceil(xs.length / MOST_POINTS);
            const thin = [xs, ...columns].map((column) => everyNth(column, step));
            const shown = options.logarithmic ? [thin[0], ...thin.slice(1).map(positiveOnly)] : thin;
            plot.setData(/** @type {any} */ (shown));
            element.setAttribute("aria-label", summary(options, xs, columns));
        },
        mark(x) {
            if (x === marked) return;
            marked = x;
            plot.redraw(false);
        },
        redraw: () => plot.redraw(false, true),
        destroy() {
            charts.delete(chart);
            resizing.disconnect();
            plot.destroy();
        },
    };
    charts.add(chart);
    return chart;
}

/** @param {ChartOptions} options @returns {uPlot.AlignedData} */
function emptyData(options) {
    return /** @type {any} */ ([[], ...options.series.map(() => [])]);
}

/** @param {Column} column @param {number} step @returns {(number | null)[]} */
function everyNth(column, step) {
    if (step <= 1) return Array.from(column);
    const thin = [];
    for (let index = 0; index < column.length - 1; index += step) thin.push(column[index]);
    thin.push(column[column.length - 1]);
    return thin;
}

/** @param {Column} column */
function positiveOnly(column) {
    return Array.from(column, (value) => (value !== null && value > 0 ? value : null));
}

/**
 * What the chart shows, in a sentence.
 * @param {ChartOptions} options
 * @param {ArrayLike<number>} xs
 * @param {Column[]} columns
 */
function summary(options, xs, columns) {
    if (xs.length === 0) return options.yLabel;
    const last = columns.map((column, index) => `${options.series[index].label} ${shortNumber(column[xs.length - 1])}`);
    return `${options.yLabel}, ${options.xLabel} ${xs[xs.length - 1]}: ${last.join(", ")}`;
}

/**
 * Options of uPlot.
 * @param {HTMLElement} element
 * @param {ChartOptions} options
 * @param {number} height
 * @param {() => number | null} marked
 * @returns {uPlot.Options}
 */
function uplotOptions(element, options, height, marked) {
    return {
        width: Math.max(100, Math.floor(element.clientWidth)),
        height,
        padding: [8, 16, 0, 0],
        cursor: { drag: { x: false, y: false }, points: { size: 6 } },
        legend: { live: true, markers: { width: 2 } },
        scales: { x: { time: false }, y: yScale(options) },
        axes: [axis(options.xLabel, 26), { ...axis("", 0), size: 46, values: (_, ticks) => ticks.map(tickText) }],
        series: [
            { label: options.xLabel, value: (_, value) => (value === null ? "–" : String(value)) },
            ...options.series.map(uplotSeries),
        ],
        hooks: { draw: [(plot) => drawMark(plot, marked())] },
    };
}

/** @param {ChartOptions} options @returns {uPlot.Scale} */
function yScale(options) {
    if (options.logarithmic) return { distr: 3 };
    if (options.range) return { range: options.range };
    return { range: (_, lowest, highest) => [Math.min(0, lowest ?? 0), (highest || 1) * 1.05] };
}

/** @param {string} label @param {number} size @returns {uPlot.Axis} */
function axis(label, size) {
    return {
        label: undefined,
        size: size || undefined,
        font: "11px system-ui, sans-serif",
        stroke: () => canvasColors().quiet,
        grid: { stroke: () => canvasColors().grid, width: 1 },
        ticks: { show: false },
    };
}

/** @param {Series} series @returns {uPlot.Series} */
function uplotSeries(series) {
    return {
        label: series.label,
        stroke: series.color,
        dash: series.dash,
        width: series.width ?? 2,
        points: { show: false },
        spanGaps: true,
        value: (_, value) => shortNumber(value),
    };
}

/** @param {uPlot} plot @param {number | null} x */
function drawMark(plot, x) {
    if (x === null) return;
    const left = Math.round(plot.valToPos(x, "x", true));
    plot.ctx.save();
    plot.ctx.fillStyle = canvasColors().ink;
    plot.ctx.fillRect(left, plot.bbox.top, Math.max(1, Math.round(devicePixelRatio)), plot.bbox.height);
    plot.ctx.restore();
}

/** @param {number | null} value */
function tickText(value) {
    if (value === null) return "";
    return Math.abs(value) >= 1e4 || (value !== 0 && Math.abs(value) < 1e-3) ? value.toExponential(0) : String(value);
}
