// The figure to take away: the regions with the examples, and the curves of loss and accuracy, as SVG and as PNG.

import { canvasColors, classColor, classShape, numberColor, CLASS_COLORS } from "./colors.js";
import { drawnExamples, largestTarget, positions } from "./regions.js";
import { state } from "./state.js";
import { text } from "./text.js";

/** @import { Examples, History } from "./types.js" */

const WIDTH = 880;
const HEIGHT = 470;
const SIDE = 380;
const LEFT = 62;
const [TRAIN, TEST] = CLASS_COLORS;

/** @param {string} content */
function escape(content) {
    return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

/** @param {number} x @param {number} y @param {string} content @param {string} [attributes] */
function label(x, y, content, attributes = "") {
    return `<text x="${x}" y="${y}" ${attributes}>${escape(content)}</text>`;
}

/** The figure as SVG. @returns {Promise<string>} */
export async function figureSvg() {
    const { examples, history } = state;
    const colors = canvasColors();
    const plane = examples?.input === "plane" ? planePart(examples) : "";
    const left = plane ? 510 : 60;
    const width = WIDTH - left - 20;
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" fill="${colors.ink}">
<rect width="${WIDTH}" height="${HEIGHT}" fill="${colors.paper}"/>
${label(LEFT, 22, title(), 'font-size="13"')}
${plane}
${history ? curve(history, "loss", left, 40, width) : ""}
${history?.train_accuracy ? curve(history, "accuracy", left, 250, width) : ""}
</svg>
`;
}

function title() {
    const { status, frame, shownEpoch } = state;
    const epoch = shownEpoch < 0 ? (status?.epoch ?? 0) : shownEpoch;
    return text("figure_title", { epoch, step: status?.step ?? 0, bits: frame?.bits ?? "–" });
}

/** @param {Examples} examples */
function planePart(examples) {
    const image = /** @type {HTMLCanvasElement} */ (document.getElementById("regions")).toDataURL("image/png");
    const {
        bounds: [[left, right], [bottom, top]],
    } = examples;
    const end = 'text-anchor="end"';
    const ticks = [
        label(LEFT, 438, left.toPrecision(3)),
        label(LEFT + SIDE, 438, right.toPrecision(3), end),
        label(LEFT - 6, 40 + SIDE, bottom.toPrecision(3), end),
        label(LEFT - 6, 50, top.toPrecision(3), end),
        label(LEFT + SIDE / 2, 438, "x₁", 'text-anchor="middle"'),
        label(LEFT - 10, 40 + SIDE / 2, "x₂", end),
    ];
    return `<image href="${image}" x="${LEFT}" y="40" width="${SIDE}" height="${SIDE}" preserveAspectRatio="none"/>
<g transform="translate(${LEFT} 40)">${points(examples)}</g>
<rect x="${LEFT}" y="40" width="${SIDE}" height="${SIDE}" fill="none" stroke="${canvasColors().quiet}"/>
${ticks.join("")}${legend(examples)}`;
}

/** The classes, and what filled and hollow points are. @param {Examples} examples */
function legend(examples) {
    const count = examples.task === "classification" ? (examples.classes ?? 0) : 0;
    const classes = Array.from({ length: count }, (_, index) => {
        const across = LEFT + 6 + index * 38;
        const name = examples.class_names?.[index] ?? String(index);
        return `<path d="${classShape(index)}" transform="translate(${across} 455) scale(4.4)" fill="${classColor(index)}"/>${label(across + 9, 459, name.slice(0, 4))}`;
    });
    return `${classes.join("")}${label(LEFT + SIDE, 459, `${text("train_filled")}, ${text("test_hollow")}`, 'text-anchor="end"')}`;
}

/** @param {Examples} examples */
function points(examples) {
    const { toPixels } = positions(examples, SIDE);
    const largest = largestTarget(examples);
    const outline = canvasColors().outline;
    return drawnExamples(examples)
        .map((index) => {
            const [across, down] = toPixels(examples.x[index]).map((value) => value.toFixed(1));
            const regression = examples.task === "regression";
            const color = regression
                ? numberColor(examples.target[index], largest)
                : classColor(examples.target[index]);
            const paint = examples.is_test[index]
                ? `fill="none" stroke="${color}" stroke-width=".4"`
                : `fill="${color}" stroke="${outline}" stroke-width=".2"`;
            return `<path d="${classShape(regression ? 0 : examples.target[index])}" transform="translate(${across} ${down}) scale(4.4)" ${paint}/>`;
        })
        .join("");
}

/**
 * @param {History} history
 * @param {"loss" | "accuracy"} what
 * @param {number} left
 * @param {number} top
 * @param {number} width
 */
function curve(history, what, left, top, width) {
    const height = 160;
    const train = history[what === "loss" ? "train_loss" : "train_accuracy"] ?? [];
    const test = history[what === "loss" ? "test_loss" : "test_accuracy"] ?? [];
    const highest = what === "accuracy" ? 1 : Math.max(1e-12, ...[...train, ...test].map((value) => value ?? 0));
    const last = Math.max(1, history.epochs[history.epochs.length - 1]);
    /** @param {(number | null)[]} values @param {string} color @param {string} dash */
    const line = (values, color, dash) => {
        const path = values.flatMap((value, index) =>
            value === null
                ? []
                : [
                      `${(left + (history.epochs[index] / last) * width).toFixed(1)},${(top + height * (1 - value / highest)).toFixed(1)}`,
                  ],
        );
        return `<polyline points="${path.join(" ")}" fill="none" stroke="${color}" stroke-width="2" stroke-dasharray="${dash}"/>`;
    };
    return `<path d="M${left} ${top}V${top + height}H${left + width}" fill="none" stroke="${canvasColors().quiet}"/>
${line(train, TRAIN, "")}${line(test, TEST, "6 4")}
${label(left, top - 6, text(what))}${label(left - 6, top + 10, highest.toPrecision(3), 'text-anchor="end"')}${label(left - 6, top + height, "0", 'text-anchor="end"')}
${label(left + width, top + height + 16, `${text("epoch")} ${last}`, 'text-anchor="end"')}
${label(left + width - 130, top - 6, text("train"), `fill="${TRAIN}"`)}${label(left + width, top - 6, text("test"), `fill="${TEST}" text-anchor="end"`)}`;
}

/** The figure as PNG, with two pixels for each unit. @returns {Promise<Blob>} */
export async function figurePng() {
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(await figureSvg())}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [WIDTH * 2, HEIGHT * 2];
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return new Promise((resolve, reject) => {
        canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("PNG"))), "image/png");
    });
}
