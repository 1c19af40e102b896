// The network: a card for each module with its shape, its parameters, and a picture of what each of its units computes.

import { byId, make, rebuild, segments, throttled } from "./dom.js";
import { clearEdges, drawEdges } from "./edges.js";
import { shortNumber } from "./numbers.js";
import { inputUnits, moduleUnits } from "./unit_buttons.js";
import { drawPictures } from "./unit_pictures.js";
import { drawEditor, moduleAt, moveModule, removeModule, wrongModule } from "./network_editor.js";
import { change, state, watch } from "./state.js";
import { text } from "./text.js";
import { refresh } from "./training.js";

/** @import { Kind, ModuleDescription } from "./types.js" */

/** What the cards were built from; the same does not build them again. */
let built = "";

export function startNetworkPanel() {
    watch(["description", "language"], draw);
    watch(["chosen"], () => {
        markChosen();
        drawEditor();
    });
    watch(["selection"], markSelection);
    watch(["frame", "theme", "view"], drawFrame);
    watch(["view"], drawDirection);
    new ResizeObserver(throttled(drawFrame, 100)).observe(byId("network-columns"));
    draw();
}

function draw() {
    drawDirection();
    const { config, description, examples } = state;
    const source = JSON.stringify([config.network, config.loss.kind, description, examples?.input, state.language]);
    if (source === built || !description) return;
    built = source;
    if (!moduleAt(config.network, state.chosen)) state.chosen = [Math.max(0, config.network.length - 1)];
    rebuild(byId("network-cards"), [inputCard(), ...config.network.map(card), lossCard()]);
    byId("network-parameters").textContent = text("parameters", { count: description.parameters });
    byId("network-message").textContent = wrongModule() === null ? "" : (description.error?.message ?? "");
    markChosen();
    markSelection();
    drawEditor();
    drawFrame();
}

function drawDirection() {
    const options = /** @type {const} */ (["forward", "backward"]).map((value) => ({
        value,
        label: text(`direction.${value}`),
    }));
    const chosen = segments("direction", text("direction"), options, state.view.direction, (direction) =>
        refresh({ ...state.view, direction: /** @type {"forward" | "backward"} */ (direction) }),
    );
    rebuild(byId("network-direction"), [chosen]);
    const forward = state.examples?.input === "digits" ? "direction.help_digits" : "direction.help_forward";
    byId("network-help").textContent = text(state.view.direction === "backward" ? "direction.help_backward" : forward);
}

function inputCard() {
    const input = state.examples?.input ?? "plane";
    const title = make(
        "div",
        { className: "card-title" },
        make("strong", {}, text("input")),
        make("span", { className: "quiet" }, input === "plane" ? "2" : "8 × 8"),
    );
    return make("li", { className: "card input-card" }, title, inputUnits(input));
}

/** The loss, where the forward pass ends and the backward pass begins. */
function lossCard() {
    const value = make("output", { id: "loss-value", "aria-live": "off" }, "–");
    const arrow = make("span", { className: "direction-arrow", id: "direction-arrow", "aria-hidden": "true" });
    return make(
        "li",
        { className: "card loss-card" },
        make("strong", {}, text("loss_card")),
        make("span", { className: "quiet" }, state.config.loss.kind.replace("Loss", "")),
        value,
        arrow,
    );
}

/** @param {Kind} module @param {number} index */
function card(module, index) {
    const description = state.description?.modules[index];
    const wrong = wrongModule() === index;
    const title = titleButton([index], module, description);
    const parts = [title, ...(module.inner ? [innerList([index], module.inner)] : [])];
    if (description) parts.push(moduleUnits(index, description));
    return make("li", { className: wrong ? "card wrong" : "card", id: `module-${index}` }, ...parts);
}

/**
 * The button that chooses a module.
 * @param {number[]} path
 * @param {Kind} module
 * @param {ModuleDescription} [description]
 */
function titleButton(path, module, description) {
    const shape = description ? `→ ${description.output.join(" × ")}` : "→ ?";
    const count = description?.parameters ?? 0;
    const parts = [
        make("span", { className: "hidden-text" }, `${text("module")} ${path.join(".")} `),
        make("strong", {}, module.kind),
        make("span", { className: "quiet" }, shape),
        make("span", { className: "quiet", "aria-hidden": "true" }, count > 0 ? `θ ${count}` : "\u00a0"),
        make("span", { className: "hidden-text" }, text("parameters", { count })),
    ];
    const button = make(
        "button",
        {
            type: "button",
            className: "card-title",
            id: `choose-${path.join("-")}`,
            title: `${description?.text ?? module.kind}, ${text("parameters", { count })}`,
        },
        ...parts,
    );
    if (path.length === 1 && wrongModule() === path[0]) button.setAttribute("aria-describedby", "network-message");
    button.dataset.path = JSON.stringify(path);
    button.addEventListener("click", () => change({ chosen: path }));
    button.addEventListener("keydown", (event) => moveByKey(event, path));
    return button;
}

/** @param {KeyboardEvent} event @param {number[]} path */
function moveByKey(event, path) {
    if (event.key === "Delete") removeModule(path);
    else if (event.altKey && event.key === "ArrowLeft") moveModule(path, -1);
    else if (event.altKey && event.key === "ArrowRight") moveModule(path, 1);
    else return;
    event.preventDefault();
}

/** The modules inside a composite module. @param {number[]} path @param {Kind[]} inner @returns {HTMLElement} */
function innerList(path, inner) {
    const chips = inner.map((module, index) => {
        const own = [...path, index];
        const button = make(
            "button",
            { type: "button", className: "chip", id: `choose-${own.join("-")}` },
            module.out ? `${module.kind} ${module.out}` : module.kind,
        );
        button.dataset.path = JSON.stringify(own);
        button.addEventListener("click", () => change({ chosen: own }));
        button.addEventListener("keydown", (event) => moveByKey(event, own));
        return make("li", {}, button, ...(module.inner ? [innerList(own, module.inner)] : []));
    });
    return make("ul", { className: "inner", "aria-label": text("inner_modules") }, ...chips);
}

function markChosen() {
    const chosen = JSON.stringify(state.chosen);
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (
        byId("network-cards").querySelectorAll("button[data-path]")
    )) {
        button.setAttribute("aria-pressed", String(button.dataset.path === chosen));
    }
}

function markSelection() {
    const { what, module, unit, column } = state.selection;
    const selected = `unit-${module}-${what === "unit" ? unit : column}`;
    for (const button of byId("network-cards").querySelectorAll("button.unit")) {
        button.setAttribute("aria-pressed", String(button.id === selected));
    }
}

function drawFrame() {
    if (!state.frame || state.frame.units.length !== state.config.network.length) {
        clearEdges();
        return;
    }
    drawPictures(state.frame);
    drawEdges(state.frame);
    byId("loss-value").textContent = shortNumber(shownLoss());
    byId("direction-arrow").textContent = state.frame.backward ? "←" : "→";
}

/** The loss of the last batch; of the past and before the first step, that of the training set. */
function shownLoss() {
    const losses = state.history?.train_loss ?? [];
    if (state.shownEpoch >= 0) return losses[state.shownEpoch];
    return state.status?.loss ?? losses[losses.length - 1];
}

/** Lets a wave run over the cards, forward and then backward, as the passes of a step do. */
export function showStepWave() {
    const cards = [...byId("network-cards").children];
    for (const [index, one] of cards.entries()) {
        const element = /** @type {HTMLElement} */ (one);
        element.style.setProperty("--forward", `${index * 70}ms`);
        element.style.setProperty("--backward", `${(2 * cards.length - index) * 70}ms`);
        element.classList.remove("wave");
        void element.offsetWidth;
        element.classList.add("wave");
    }
}
