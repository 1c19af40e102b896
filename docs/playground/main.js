// The playground: starts the engine, reads the link, and starts the components.

import { startCheckPanel } from "./check_panel.js";
import { startCurves } from "./curves.js";
import { startDataPanel } from "./data_panel.js";
import { startDigitPad } from "./digit_pad.js";
import { startDigitsPanel } from "./digits_panel.js";
import { byId, make } from "./dom.js";
import { engine } from "./engine.js";
import { startLayersPanel } from "./layers_panel.js";
import { decodeLink } from "./link.js";
import { startMicroscope } from "./microscope.js";
import { startNetworkPanel } from "./network_panel.js";
import { startOutputPanel } from "./output_panel.js";
import { startReadout } from "./readout.js";
import { startSettingsPanel } from "./settings_panel.js";
import { change, state, watch } from "./state.js";
import { say } from "./status_line.js";
import { startTakeAway } from "./take_away.js";
import { label, preferredLanguage, setLanguage } from "./text.js";
import { onSystemTheme, setTheme, storedTheme } from "./theme.js";
import { startTimeSlider } from "./time_slider.js";
import { configure } from "./training.js";

/** @import { Language } from "./text.js" */
/** @import { Theme } from "./theme.js" */

async function start() {
    startPreferences();
    try {
        const catalogue = await engine.load();
        change({ catalogue, config: catalogue.config });
    } catch (error) {
        say("failed_to_load", { message: /** @type {Error} */ (error).message });
        return;
    }
    for (const startComponent of [
        startDataPanel, startSettingsPanel, startNetworkPanel, startOutputPanel, startTimeSlider, startCurves, startReadout,
        startDigitPad, startDigitsPanel, startMicroscope, startLayersPanel, startCheckPanel, startTakeAway,
    ]) startComponent();
    startExamples();
    await openLink();
    addEventListener("hashchange", openLink);
}

/** Language and theme, as the reader chose them before. */
function startPreferences() {
    const language = /** @type {HTMLSelectElement} */ (byId("language"));
    const theme = /** @type {HTMLSelectElement} */ (byId("theme"));
    language.value = preferredLanguage();
    theme.value = storedTheme();
    setLanguage(/** @type {Language} */ (language.value));
    setTheme(/** @type {Theme} */ (theme.value));
    language.addEventListener("change", () => {
        setLanguage(/** @type {Language} */ (language.value));
        change({ language: language.value });
    });
    theme.addEventListener("change", () => {
        setTheme(/** @type {Theme} */ (theme.value));
        change({ theme: theme.value });
    });
    onSystemTheme(() => {
        setTheme(storedTheme());
        change({ theme: theme.value });
    });
}

/** Configurations that show something. */
function startExamples() {
    const examples = /** @type {HTMLSelectElement} */ (byId("example"));
    const options = state.catalogue.examples.map((_, index) => make("option", { value: String(index) }));
    examples.append(...options);
    const write = () => options.forEach((option, index) => (option.textContent = label("example", state.catalogue.examples[index].name)));
    watch(["language"], write);
    write();
    examples.addEventListener("change", () => {
        if (examples.value !== "") configure(structuredClone(state.catalogue.examples[Number(examples.value)].config));
        examples.value = "";
    });
}

/** Begins the training of the link in the address, or the usual one. */
async function openLink() {
    try {
        const link = await decodeLink(location.hash);
        await configure(link?.config ?? state.catalogue.config, { step: link?.step });
    } catch (error) {
        await configure(state.catalogue.config);
        say("link_wrong", { message: /** @type {Error} */ (error).message });
    }
}

start();
