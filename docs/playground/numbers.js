// Numbers as text.

/** A number with four digits, or a dash. @param {number | null | undefined} value */
export function shortNumber(value) {
    if (value === null || value === undefined || Number.isNaN(value)) return "–";
    const size = Math.abs(value);
    if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(2);
    return value.toPrecision(4);
}
