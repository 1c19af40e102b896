// What the page shows while its engine is compiled: the catalogue, and the usual training before its first step.
// `cargo xtask playground --build` makes its numbers.

import first from "./brique_first.js";

/** @import { Catalogue, Created } from "./types.js" */

/** Everything that a configuration can be made of. */
export const catalogue = /** @type {Catalogue} */ (/** @type {unknown} */ (first.catalogue));

/** The usual training, which has no status, because it cannot be trained yet. @returns {Created} */
export function firstPicture() {
    const { description, examples, history, recorded, resolution, regions, unit_resolution, units, weights } =
        /** @type {any} */ (first);
    return {
        description,
        problem: null,
        examples,
        frame: {
            status: null,
            history,
            recorded,
            resolution,
            regions: new Float32Array(bytesOf(regions).buffer),
            unitResolution: unit_resolution,
            units: units.map((/** @type {string} */ colors) => sizesOf(bytesOf(colors))),
            weights: weights.map((/** @type {string} */ numbers) => new Float64Array(bytesOf(numbers).buffer)),
            probabilities: null,
            predictions: [],
            backward: null,
            bits: "–",
        },
    };
}

/** @param {string} base64 */
function bytesOf(base64) {
    const binary = atob(base64);
    const bytes = new Uint8Array(binary.length);
    for (let index = 0; index < bytes.length; index += 1) bytes[index] = binary.charCodeAt(index);
    return bytes;
}

/** Numbers from −1 to 1 with these colours. @param {Uint8Array} colors */
function sizesOf(colors) {
    return Float32Array.from(colors, (color) => color / 127.5 - 1);
}
