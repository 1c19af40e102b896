// Light or dark: the system's choice, or the reader's.

/** @typedef {"system" | "light" | "dark"} Theme */

/** The theme that the reader chose before. @returns {Theme} */
export function storedTheme() {
    const stored = localStorage.getItem("theme");
    return stored === "light" || stored === "dark" ? stored : "system";
}

/** Chooses the theme of the whole page, and tells the document with the event `themechange`. @param {Theme} theme */
export function setTheme(theme) {
    localStorage.setItem("theme", theme);
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    document.dispatchEvent(new Event("themechange"));
}

/** Calls a function when the system changes between light and dark. @param {() => void} listener */
export function onSystemTheme(listener) {
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", listener);
}
