// Language and theme, as the reader chose them before. The page is not painted before this module has run, so that it
// appears in its language and colours.

import { byId } from "./dom.js";
import { change, state } from "./state.js";
import { preferredLanguage, setLanguage } from "./text.js";
import { onSystemTheme, setTheme, storedTheme } from "./theme.js";

/** @import { Language } from "./text.js" */
/** @import { Theme } from "./theme.js" */

const language = /** @type {HTMLSelectElement} */ (byId("language"));
const theme = /** @type {HTMLSelectElement} */ (byId("theme"));

language.value = state.language = preferredLanguage();
theme.value = state.theme = storedTheme();
setLanguage(/** @type {Language} */ (language.value));
setTheme(/** @type {Theme} */ (theme.value));
if (matchMedia("(max-width: 720px)").matches) /** @type {HTMLDetailsElement} */ (byId("settings")).open = false;

/** Follows the choices of the reader and of the system. */
export function watchPreferences() {
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
