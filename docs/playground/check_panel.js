// The gradient checker, with a mistake planted in the backward pass of a module.

import { byId, labelled, make, rebuild, select } from "./dom.js";
import { engine } from "./engine.js";
import { shortNumber } from "./numbers.js";
import { state, watch } from "./state.js";
import { label, text } from "./text.js";

/** @import { Check, CheckRow } from "./types.js" */

/** The mistake to plant. @type {{module: number, kind: string}} */
const chosen = { module: 0, kind: "none" };

export function startCheckPanel() {
    watch(["description", "language"], draw);
    byId("run-check").addEventListener("click", run);
}

function draw() {
    const modules = state.description?.modules ?? [];
    chosen.module = Math.min(chosen.module, Math.max(0, modules.length - 1));
    const module = select(
        modules.map((one, index) => ({ value: String(index), label: `${index}: ${one.text}` })),
        String(chosen.module),
        { id: "mistake-module" },
    );
    module.addEventListener("change", () => {
        chosen.module = Number(module.value);
    });
    const kinds = ["none", ...state.catalogue.mistakes].map((kind) => ({ value: kind, label: label("mistake", kind) }));
    const mistake = select(kinds, chosen.kind, { id: "mistake-kind" });
    mistake.addEventListener("change", () => {
        chosen.kind = mistake.value;
    });
    rebuild(byId("check-controls"), [labelled(text("mistake"), mistake), labelled(text("module"), module)]);
    rebuild(byId("check-result"), []);
}

async function run() {
    if (state.problem || !state.status) return;
    const mistake = chosen.kind === "none" ? null : { module: chosen.module, kind: chosen.kind };
    try {
        const result = JSON.parse(await engine.playground("check", JSON.stringify({ mistake })));
        rebuild(byId("check-result"), resultParts(result));
    } catch (error) {
        rebuild(byId("check-result"), [
            make("p", { className: "message", lang: "en" }, /** @type {Error} */ (error).message),
        ]);
    }
}

/** @param {Check} check */
function resultParts(check) {
    const columns = [
        "check.path",
        "check.name",
        "check.analytic",
        "check.numeric",
        "relative_error",
        "check.worst",
        "verdict",
    ];
    const head = columns.map((key) => make("th", { scope: "col" }, text(/** @type {any} */ (key))));
    const table = make(
        "table",
        {},
        make("thead", {}, make("tr", {}, ...head)),
        make("tbody", {}, ...check.rows.map(row)),
    );
    const box = make("div", { className: "scroll", role: "group", tabIndex: 0, "aria-label": text("check") }, table);
    return [verdict(check.passes), box, ...(check.message ? [checkerReport(check.message)] : [])];
}

/** What the gradient checker of the library says. @param {string} message */
function checkerReport(message) {
    const name = text("check");
    return make("pre", { lang: "en", tabIndex: 0, role: "group", "aria-label": name }, message);
}

/** @param {CheckRow} one */
function row(one) {
    const worst = one.worst
        ? `[${one.worst.row}, ${one.worst.column}]: ${shortNumber(one.worst.analytic)} / ${shortNumber(one.worst.numeric)}`
        : "–";
    const numbers = [one.analytic, one.numeric, one.relative_error].map((value) =>
        make("td", { className: "number" }, shortNumber(value)),
    );
    return make(
        "tr",
        { className: one.passes ? "" : "fails" },
        make("th", { scope: "row" }, one.path || text("network")),
        make("td", {}, label("check", one.name)),
        ...numbers,
        make("td", { className: "number" }, worst),
        make("td", {}, verdict(one.passes)),
    );
}

/** @param {boolean} passes */
function verdict(passes) {
    return make(
        "strong",
        { className: passes ? "passes" : "fails" },
        `${passes ? "✓" : "✗"} ${text(passes ? "check.passes" : "check.fails")}`,
    );
}
