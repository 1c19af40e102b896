// The components that the first picture does not need.

import { startCheckPanel } from "./check_panel.js";
import { startCurves } from "./curves.js";
import { chooseKind } from "./data_changes.js";
import { startDataPanel } from "./data_panel.js";
import { startDataTiles } from "./data_tiles.js";
import { startDigitPad } from "./digit_pad.js";
import { startDigitsPanel } from "./digits_panel.js";
import { startLayersPanel } from "./layers_panel.js";
import { startMicroscope } from "./microscope.js";
import { startSettingsPanel } from "./settings_panel.js";
import { startTakeAway } from "./take_away.js";
import { startTimeSlider } from "./time_slider.js";

export async function startOtherComponents() {
    for (const startComponent of [
        startDataPanel,
        startSettingsPanel,
        startTimeSlider,
        startCurves,
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
}

/** Starts the pictures of the data sets, which the engine computes. */
export function startTiles() {
    startDataTiles(chooseKind);
}

/** Lets the browser paint before the next component starts. @returns {Promise<void>} */
function nextTask() {
    return new Promise((resolve) => {
        setTimeout(resolve);
    });
}
