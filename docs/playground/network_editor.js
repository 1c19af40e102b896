// The options of the chosen module, and the palette from which modules are added.

import { byId, make, rebuild, segments } from "./dom.js";
import { fieldControls, withDefaults } from "./fields.js";
import { state } from "./state.js";
import { label, text } from "./text.js";
import { reconfigure } from "./training.js";

/** @import { CatalogueEntry, Kind } from "./types.js" */

/** Whether the palette adds inside the chosen composite module instead of after it. */
let addsInside = false;

/** The module at a path, or nothing. @param {Kind[]} network @param {number[]} path @returns {Kind | undefined} */
export function moduleAt(network, path) {
    const [first, ...rest] = path;
    const module = network[first];
    return rest.length === 0 || !module ? module : moduleAt(module.inner ?? [], rest);
}

/** The index of the module that is wrong: that of the description, or the last one if the network has too many or too few outputs. */
export function wrongModule() {
    const { config, description } = state;
    const needed = description?.outputs_needed;
    if (!description?.error) return null;
    if (description.error.module !== null) return description.error.module;
    const last = config.network.length - 1;
    return needed && last >= 0 && description.modules[last] && description.modules[last].units !== needed ? last : null;
}

/**
 * Changes a copy of the network, and the list in which the module of the path is.
 * @param {number[]} path
 * @param {(list: Kind[], index: number) => void} edit
 * @param {number[]} chosen the path chosen afterwards
 */
function editNetwork(path, edit, chosen) {
    const network = structuredClone(state.config.network);
    const parents = path.slice(0, -1);
    const list = parents.length === 0 ? network : (moduleAt(network, parents)?.inner ?? network);
    edit(list, path[path.length - 1] ?? 0);
    state.chosen = chosen;
    return reconfigure({ network });
}

/** @param {number[]} path @param {number} by */
export function moveModule(path, by) {
    const index = path[path.length - 1];
    const list = siblings(path);
    if (index + by < 0 || index + by >= list.length) return;
    const moved = path.with(-1, index + by);
    editNetwork(path, (modules, at) => modules.splice(at + by, 0, ...modules.splice(at, 1)), moved);
}

/** @param {number[]} path */
export function removeModule(path) {
    const index = path[path.length - 1];
    const parent = path.slice(0, -1);
    const left = siblings(path).length - 1;
    const chosen = left > 0 ? [...parent, Math.min(index, left - 1)] : parent.length > 0 ? parent : [0];
    editNetwork(path, (modules, at) => modules.splice(at, 1), chosen);
}

/** The modules beside that of a path. @param {number[]} path @returns {Kind[]} */
function siblings(path) {
    const parents = path.slice(0, -1);
    return parents.length === 0 ? state.config.network : (moduleAt(state.config.network, parents)?.inner ?? []);
}

/** Adds a module after the chosen one, or inside it. @param {CatalogueEntry} entry */
function addModule(entry) {
    const { chosen, config } = state;
    const present = moduleAt(config.network, chosen);
    const added = entry.kind === "Residual" ? residual() : withDefaults(entry);
    if (!present) return editNetwork([0], (modules) => modules.push(added), [0]);
    if (addsInside && present.inner) {
        const at = [...chosen, present.inner.length];
        return editNetwork(at, (modules, index) => modules.splice(index, 0, added), at);
    }
    const next = chosen.with(-1, chosen[chosen.length - 1] + 1);
    return editNetwork(next, (modules, index) => modules.splice(index, 0, added), next);
}

/** A residual connection with a linear module of the present width inside. @returns {Kind} */
function residual() {
    const width = state.description?.modules[state.chosen[0]]?.units ?? 8;
    return { kind: "Residual", inner: [{ kind: "Linear", out: width }, { kind: "Tanh" }] };
}

/** Draws the editor of the chosen module and the palette. */
export function drawEditor() {
    const module = moduleAt(state.config.network, state.chosen);
    rebuild(byId("module-editor"), module ? [editorHeader(module), optionControls(module)] : []);
    rebuild(byId("palette"), palette(module));
}

/** @param {Kind} module */
function editorHeader(module) {
    const { chosen } = state;
    const index = chosen[chosen.length - 1];
    const buttons = [
        action("move-earlier", text("earlier"), index === 0, () => moveModule(chosen, -1)),
        action("move-later", text("later"), index >= siblings(chosen).length - 1, () => moveModule(chosen, 1)),
        action("remove-module", text("remove"), false, () => removeModule(chosen)),
    ];
    return make("div", { className: "row" }, make("h3", {}, `${text("selected_module")}: ${module.kind}`), ...buttons);
}

/** @param {string} id @param {string} name @param {boolean} disabled @param {() => void} onClick */
function action(id, name, disabled, onClick) {
    const button = make("button", { type: "button", id, disabled }, name);
    button.addEventListener("click", onClick);
    return button;
}

/** @param {Kind} module @returns {HTMLElement} */
function optionControls(module) {
    const entry = state.catalogue.modules.find(({ kind }) => kind === module.kind);
    const fields = (entry?.fields ?? []).filter(({ name }) => name !== "inner");
    if (fields.length === 0) return make("p", { className: "quiet" }, text("no_options"));
    const path = state.chosen;
    const controls = fieldControls("module", fields, module, (name, value) =>
        editNetwork(
            path,
            (modules, index) => {
                modules[index] = { ...modules[index], [name]: value };
            },
            path,
        ),
    );
    return make("div", { className: "fields" }, ...controls);
}

/** @param {Kind | undefined} present @returns {HTMLElement[]} */
function palette(present) {
    /** @type {Map<string, HTMLElement[]>} */
    const groups = new Map();
    for (const entry of state.catalogue.modules) {
        if (entry.input === "digits" && state.examples?.input !== "digits") continue;
        const group = entry.group ?? "linear";
        groups.set(group, [
            ...(groups.get(group) ?? []),
            action(`add-${entry.kind}`, entry.kind, false, () => addModule(entry)),
        ]);
    }
    const lines = [...groups].map(([group, buttons]) =>
        make(
            "div",
            { className: "palette-group", role: "group", "aria-label": label("group", group) },
            make("span", { className: "quiet" }, label("group", group)),
            ...buttons,
        ),
    );
    const where = segments(
        "add-where",
        text("add"),
        [
            { value: "after", label: text("add_after") },
            { value: "inside", label: text("add_inner") },
        ],
        addsInside ? "inside" : "after",
        (value) => {
            addsInside = value === "inside";
        },
    );
    return [make("h3", {}, text("add_module")), ...(present?.inner ? [where] : []), ...lines];
}
