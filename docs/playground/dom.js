// Short ways to make and find elements.

/**
 * An element by its id.
 * @template {HTMLElement} [T=HTMLElement]
 * @param {string} id
 * @returns {T}
 */
export function byId(id) {
    const element = document.getElementById(id);
    if (!element) throw new Error(`no element #${id}`);
    return /** @type {T} */ (element);
}

/**
 * Makes an element. Properties with a dash and `role` become attributes.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, any>} [properties]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, properties = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
        if (name.includes("-") || name === "role" || name === "for") element.setAttribute(name, String(value));
        else /** @type {any} */ (element)[name] = value;
    }
    element.append(...children);
    return element;
}

/**
 * A select with these options.
 * @param {{value: string, label: string}[]} options
 * @param {string} value
 * @param {Record<string, any>} [properties]
 */
export function select(options, value, properties = {}) {
    const element = make(
        "select",
        properties,
        ...options.map((option) => make("option", { value: option.value }, option.label)),
    );
    element.value = value;
    return element;
}

/** A control under its label. @param {string} name @param {HTMLElement} control */
export function labelled(name, control) {
    return make("label", { className: "field" }, make("span", {}, name), control);
}

/**
 * Replaces the children of an element. The control that has the focus keeps it, found by its id.
 * @param {HTMLElement} element
 * @param {(Node | string)[]} children
 */
export function rebuild(element, children) {
    const focused = element.contains(document.activeElement) ? document.activeElement?.id : null;
    element.replaceChildren(...children);
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

/**
 * A group of radio buttons in one line.
 * @param {string} id
 * @param {string} name
 * @param {{value: string, label: string}[]} options
 * @param {string} value
 * @param {(value: string) => void} onChange
 */
export function segments(id, name, options, value, onChange) {
    const labels = options.map((option) => {
        const radio = make("input", { type: "radio", name: id, id: `${id}-${option.value}`, value: option.value });
        radio.checked = option.value === value;
        radio.addEventListener("change", () => onChange(option.value));
        return make("label", {}, radio, option.label);
    });
    return make("fieldset", { className: "segments", id }, make("legend", {}, name), ...labels);
}

/**
 * Calls a function at most once in each `interval` milliseconds, the last time included.
 * @param {() => void} action
 * @param {number} interval
 */
export function throttled(action, interval) {
    let timer = 0;
    let last = -Infinity;
    return () => {
        if (timer) return;
        timer = setTimeout(
            () => {
                timer = 0;
                last = performance.now();
                action();
            },
            Math.max(0, last + interval - performance.now()),
        );
    };
}

/**
 * Sets a canvas to a size in CSS pixels with the pixels of the screen, and returns its context.
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 */
export function sharpContext(canvas, width, height) {
    const ratio = Math.min(3, devicePixelRatio || 1);
    const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== wide || canvas.height !== high) [canvas.width, canvas.height] = [wide, high];
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    return context;
}
