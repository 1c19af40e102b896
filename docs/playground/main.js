// The playground: starts the engine, reads the link, and starts the components.

import { startCheckPanel } from "./check_panel.js";
import { startCurves } from "./curves.js";
import { chooseKind, startDataPanel } from "./data_panel.js";
import { startDataTiles } from "./data_tiles.js";
import { startDigitPad } from "./digit_pad.js";
import { startDigitsPanel } from "./digits_panel.js";
import { byId, make } from "./dom.js";
import { engine } from "./engine.js";
import { startLayersPanel } from "./layers_panel.js";
import { isConfig, readLink } from "./link.js";
import { startMicroscope } from "./microscope.js";
import { startNetworkPanel } from "./network_panel.js";
import { startOutputPanel } from "./output_panel.js";
import { watchPreferences } from "./preferences.js";
import { startReadout } from "./readout.js";
import { startSettingsPanel } from "./settings_panel.js";
import { change, state, watch } from "./state.js";
import { say } from "./status_line.js";
import { startTakeAway } from "./take_away.js";
import { label, text } from "./text.js";
import { startTimeSlider } from "./time_slider.js";
import { configure } from "./training.js";

async function start() {
    watchPreferences();
    try {
        const catalogue = await engine.load();
        change({ catalogue, config: catalogue.config });
    } catch (error) {
        say("failed_to_load", { message: /** @type {Error} */ (error).message });
        return;
    }
    for (const startComponent of [
        startDataPanel,
        startSettingsPanel,
        startNetworkPanel,
        startOutputPanel,
        startTimeSlider,
        startCurves,
        startReadout,
        startDigitPad,
        startDigitsPanel,
        startMicroscope,
        startLayersPanel,
        startCheckPanel,
        startTakeAway,
    ]) {
        startComponent();
        await nextTask();
    }
    startExamples();
    let opened = openLink(location.hash);
    // An address that changes while a link is opened waits for it.
    addEventListener("hashchange", ({ newURL }) => {
        opened = opened.then(() => openLink(new URL(newURL).hash));
    });
    await opened;
    startDataTiles(chooseKind);
}

/** Lets the browser paint before the next component starts. @returns {Promise<void>} */
function nextTask() {
    return new Promise((resolve) => {
        setTimeout(resolve);
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
