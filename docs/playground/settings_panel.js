// How the network is trained: loss, optimiser, schedule, batch, seed.

import { byId, labelled, make, rebuild, select } from "./dom.js";
import { fieldControl, fieldControls, withDefaults } from "./fields.js";
import { state, watch } from "./state.js";
import { label, text } from "./text.js";
import { reconfigure } from "./training.js";

/** @import { CatalogueEntry, Kind } from "./types.js" */

export function startSettingsPanel() {
    watch(["config", "catalogue", "language"], draw);
    draw();
}

function draw() {
    const { catalogue } = state;
    rebuild(byId("settings-controls"), [
        ...kindControls("optimizer", text("optimizer.kind"), catalogue.optimizers),
        ...kindControls("loss", text("loss.kind"), catalogue.losses),
        make(
            "div",
            { className: "fields" },
            number("batch", 1, 1024),
            number("epochs", 1, 100000),
            number("seed", 0, 2 ** 32),
            dtypeChoice(),
        ),
        initChoice(),
        ...kindControls("schedule", text("schedule.kind"), catalogue.schedules),
        ...clipControls(),
    ]);
}

/**
 * The choice of a kind, and its options.
 * @param {"loss" | "optimizer" | "schedule"} part
 * @param {string} name
 * @param {CatalogueEntry[]} entries
 */
function kindControls(part, name, entries) {
    /** @type {Kind} */
    const present = state.config[part];
    const options = entries.map(({ kind }) => ({ value: kind, label: label(part, kind) }));
    const kind = select(options, present.kind, { id: `${part}-kind` });
    const find = (/** @type {string} */ wanted) =>
        /** @type {CatalogueEntry} */ (entries.find((entry) => entry.kind === wanted));
    kind.addEventListener("change", () => set(part, withDefaults(find(kind.value), present)));
    const fields = fieldControls(part, find(present.kind).fields, present, (field, value) =>
        set(part, { ...present, [field]: value }),
    );
    return [labelled(name, kind), ...(fields.length > 0 ? [make("div", { className: "fields" }, ...fields)] : [])];
}

/** @param {"loss" | "optimizer" | "schedule"} part @param {Kind} value */
function set(part, value) {
    return reconfigure({ [part]: value }, { fitOutput: part === "loss" });
}

/** @param {"batch" | "epochs" | "seed"} name @param {number} min @param {number} max */
function number(name, min, max) {
    const input = make("input", { type: "number", id: name, min: String(min), max: String(max), step: "1" });
    input.value = String(state.config[name]);
    input.addEventListener("change", () => {
        const value = Math.round(Number(input.value));
        if (input.value === "" || !(value >= min)) input.value = String(state.config[name]);
        else reconfigure({ [name]: value });
    });
    return labelled(text(name), input);
}

function initChoice() {
    const options = state.catalogue.inits.map((init) => ({ value: init, label: init }));
    const control = select(options, state.config.init, { id: "init" });
    control.addEventListener("change", () => reconfigure({ init: control.value }));
    return labelled(text("init"), control);
}

/** The type of numbers. The usual one is not part of the configuration, so that older links stay what they are. */
function dtypeChoice() {
    const { dtypes } = state.catalogue;
    const options = dtypes.map((dtype) => ({ value: dtype, label: label("dtype", dtype) }));
    const control = select(options, state.config.dtype ?? dtypes[0], { id: "dtype", title: text("dtype_help") });
    control.addEventListener("change", () =>
        reconfigure({ dtype: control.value === dtypes[0] ? undefined : control.value }),
    );
    return labelled(text("dtype"), control);
}

/** @returns {HTMLElement[]} */
function clipControls() {
    const { clip_norm } = state.config;
    const box = make("input", { type: "checkbox", id: "clip", checked: clip_norm !== undefined });
    box.addEventListener("change", () => reconfigure({ clip_norm: box.checked ? 1 : undefined }));
    const controls = [make("label", { className: "field check" }, box, make("span", {}, text("clip")))];
    if (clip_norm === undefined) return controls;
    const norm = fieldControl(
        "clip-norm",
        { name: "clip_norm", type: "number", min: 0, step: 0.1 },
        clip_norm,
        (value) => reconfigure({ clip_norm: value }),
    );
    /** @type {HTMLElement} */ (norm.querySelector("span")).textContent = text("clip_norm");
    return [...controls, norm];
}
