// The output for digits: the probabilities of the digit shown, and digits of the test set with what is predicted.

import { classColor } from "./colors.js";
import { byId, make, rebuild } from "./dom.js";
import { paint } from "./unit_pictures.js";
import { state, watch } from "./state.js";
import { text } from "./text.js";
import { refresh } from "./training.js";

/** What the digits were built from. */
let built = "";

export function startDigitsPanel() {
    buildBars();
    watch(["view", "examples", "language"], buildDigits);
    watch(["frame"], draw);
    watch(["theme"], paintDigits);
}

function buildBars() {
    const bars = Array.from({ length: 10 }, (_, digit) => {
        const bar = make("span", { className: "bar", id: `bar-${digit}` });
        bar.style.background = classColor(digit);
        const track = make("span", { className: "track" }, bar);
        return make(
            "li",
            {},
            make("span", {}, String(digit)),
            track,
            make("span", { className: "quiet", id: `probability-${digit}` }, "–"),
        );
    });
    rebuild(byId("probabilities"), bars);
}

function buildDigits() {
    const { examples, view } = state;
    const source = JSON.stringify([view.digits, state.language, examples?.x.length]);
    if (examples?.input !== "digits" || source === built) return;
    built = source;
    const buttons = view.digits.map((index) => {
        const button = make(
            "button",
            { type: "button", className: "digit", id: `digit-${index}` },
            make("canvas", { id: `digit-picture-${index}`, width: 8, height: 8, "aria-hidden": "true" }),
            make("span", { id: `digit-class-${index}` }, "–"),
        );
        button.addEventListener("click", () => refresh({ ...state.view, examples: [index], drawing: null }));
        return button;
    });
    rebuild(byId("test-digits"), buttons);
    paintDigits();
    draw();
}

function paintDigits() {
    const { examples, view } = state;
    if (examples?.input !== "digits") return;
    for (const index of view.digits) paint(`digit-picture-${index}`, 8, (pixel) => examples.x[index][pixel], 1);
}

function draw() {
    const { examples, frame, view } = state;
    if (!frame || examples?.input !== "digits") return;
    drawBars(frame.probabilities);
    for (const [at, index] of view.digits.entries()) {
        const predicted = frame.predictions[at];
        const button = document.getElementById(`digit-${index}`);
        if (!button || predicted === undefined) continue;
        byId(`digit-class-${index}`).textContent = String(predicted);
        button.classList.toggle("wrong", predicted !== examples.target[index]);
        button.setAttribute("aria-label", text("digit_name", { index, target: examples.target[index], predicted }));
        button.setAttribute("aria-pressed", String(view.drawing === null && view.examples.includes(index)));
    }
}

/** @param {Float64Array | null} probabilities */
function drawBars(probabilities) {
    const highest = probabilities ? probabilities.indexOf(Math.max(...probabilities)) : -1;
    for (let digit = 0; digit < 10; digit += 1) {
        const probability = probabilities?.[digit] ?? 0;
        byId(`bar-${digit}`).style.transform = `scaleX(${Math.max(0, Math.min(1, probability))})`;
        byId(`probability-${digit}`).textContent = `${(probability * 100).toFixed(1)} %`;
        byId(`bar-${digit}`)
            .closest("li")
            ?.classList.toggle("highest", digit === highest);
    }
}
