// A small picture of each data set, on which a click chooses it.

import { classColor, numberColor } from "./colors.js";
import { byId, make, rebuild, sharpContext } from "./dom.js";
import { engine } from "./engine.js";
import { withDefaults } from "./fields.js";
import { state, watch } from "./state.js";
import { label } from "./text.js";
import { paint } from "./unit_pictures.js";

/** @import { CatalogueEntry, Config, Examples } from "./types.js" */

const SIDE = 34;
/** The examples of a picture. */
const COUNT = 160;
/** Signs for the data of one's own. @type {Record<string, string>} */
const SIGNS = { csv: "CSV", points: "+" };

/** The examples of each picture, once they are known. @type {Map<string, Examples>} */
const samples = new Map();

/** @param {(kind: string) => void} choose */
export async function startDataTiles(choose) {
    watch(["language"], () => build(choose));
    watch(["config"], markChosen);
    watch(["theme"], drawAll);
    build(choose);
    for (const entry of state.catalogue.data) {
        if (SIGNS[entry.kind]) continue;
        samples.set(entry.kind, await engine.sample(configOf(entry)));
        draw(entry.kind);
    }
}

/** A configuration whose examples the picture shows. @param {CatalogueEntry} entry @returns {Config} */
function configOf(entry) {
    const data = withDefaults(entry);
    const task = entry.task === "regression" ? "MSELoss" : "CrossEntropyLoss";
    const loss = withDefaults(/** @type {CatalogueEntry} */ (state.catalogue.losses.find(({ kind }) => kind === task)));
    return { ...state.catalogue.config, data: { ...data, examples: COUNT }, loss, network: [] };
}

/** @param {(kind: string) => void} choose */
function build(choose) {
    const tiles = state.catalogue.data.map(({ kind }) => {
        const picture = SIGNS[kind]
            ? make("span", {}, SIGNS[kind])
            : make("canvas", { id: `tile-picture-${kind}`, width: SIDE, height: SIDE, "aria-hidden": "true" });
        const name = label("data", kind);
        const button = make("button", { type: "button", className: "tile", id: `tile-${kind}`, title: name }, picture);
        button.setAttribute("aria-label", SIGNS[kind] ? `${SIGNS[kind]} ${name}` : name);
        button.addEventListener("click", () => choose(kind));
        return button;
    });
    rebuild(byId("data-tiles"), tiles);
    markChosen();
    drawAll();
}

function markChosen() {
    for (const { kind } of state.catalogue.data) {
        byId(`tile-${kind}`).setAttribute("aria-pressed", String(kind === state.config.data.kind));
    }
}

function drawAll() {
    for (const kind of samples.keys()) draw(kind);
}

/** @param {string} kind */
function draw(kind) {
    const examples = samples.get(kind);
    if (!examples) return;
    if (examples.input === "digits") {
        paint(`tile-picture-${kind}`, 8, (pixel) => examples.x[0][pixel], 1);
        return;
    }
    const context = sharpContext(/** @type {HTMLCanvasElement} */ (byId(`tile-picture-${kind}`)), SIDE, SIDE);
    const [[left, right], [bottom, top]] = examples.bounds;
    for (const [index, [x_1, x_2]] of examples.x.entries()) {
        const target = examples.target[index];
        context.fillStyle = examples.task === "regression" ? numberColor(target, 1) : classColor(target);
        context.fillRect(
            ((x_1 - left) / (right - left)) * SIDE - 0.9,
            ((top - x_2) / (top - bottom)) * SIDE - 0.9,
            1.8,
            1.8,
        );
    }
}
