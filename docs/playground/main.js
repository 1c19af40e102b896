// The playground: shows the network and the output with what is known without the engine, starts the other components,
// waits for the engine, and reads the link.

import { byId, make } from "./dom.js";
import { engine } from "./engine.js";
import { catalogue, firstPicture } from "./first_picture.js";
import { isConfig, readLink } from "./link.js";
import { startNetworkPanel } from "./network_panel.js";
import { startOutputPanel } from "./output_panel.js";
import { watchPreferences } from "./preferences.js";
import { startReadout } from "./readout.js";
import { change, state, watch } from "./state.js";
import { say } from "./status_line.js";
import { label, text } from "./text.js";
import { configure, isConfigured, show } from "./training.js";

async function start() {
    watchPreferences();
    change({ catalogue, config: catalogue.config });
    if (location.hash === "") show(firstPicture());
    startNetworkPanel();
    startOutputPanel();
    startReadout();
    await painted();
    const { startOtherComponents, startTiles } = await import("./components.js");
    await startOtherComponents();
    startExamples();
    try {
        await engine.load();
    } catch (error) {
        say("failed_to_load", { message: /** @type {Error} */ (error).message });
        return;
    }
    let opened = isConfigured() ? Promise.resolve() : openLink(location.hash);
    // An address that changes while a link is opened waits for it.
    addEventListener("hashchange", ({ newURL }) => {
        opened = opened.then(() => openLink(new URL(newURL).hash));
    });
    await opened;
    startTiles();
}

/** Waits until the browser has painted what was drawn; a hidden page paints nothing. @returns {Promise<void>} */
function painted() {
    return new Promise((resolve) => {
        if (document.hidden) resolve();
        else requestAnimationFrame(() => setTimeout(resolve));
    });
}

/** Configurations that show something. */
function startExamples() {
    const examples = /** @type {HTMLSelectElement} */ (byId("example"));
    const report = make("optgroup");
    const options = state.catalogue.examples.map((example, index) => {
        const option = make("option", { value: String(index) });
        (example.report ? report : examples).append(option);
        return option;
    });
    if (report.childElementCount > 0) examples.append(report);
    const write = () => {
        report.label = text("report_examples");
        for (const [index, option] of options.entries())
            option.textContent = label("example", state.catalogue.examples[index].name);
    };
    watch(["language"], write);
    write();
    examples.addEventListener("change", () => {
        if (examples.value !== "") configure(structuredClone(state.catalogue.examples[Number(examples.value)].config));
        examples.value = "";
    });
}

/** Begins the training of the link in a fragment of the address, or the usual one. @param {string} fragment */
async function openLink(fragment) {
    const link = await readLink(fragment, state.catalogue).catch(() => ({ config: null, step: 0 }));
    const isWrong = link !== null && !isConfig(link.config, state.catalogue);
    await configure(link?.config && !isWrong ? link.config : state.catalogue.config, {
        step: isWrong ? 0 : link?.step,
    });
    if (isWrong) say("link_wrong");
}

start();
