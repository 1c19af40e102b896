// Links that hold a whole training: its configuration as JSON, deflated, in base64url, in the fragment of the address.

/** @import { Catalogue, Config } from "./types.js" */

/** @typedef {{config: Config, step?: number}} Link `step`: the steps made when the link was copied */

const PREFIX = "#1.";
const EXAMPLE = "#example=";

/** @param {Uint8Array} bytes @param {CompressionStream | DecompressionStream} stream @returns {Promise<Uint8Array>} */
async function through(bytes, stream) {
    const passed = new Blob([/** @type {BlobPart} */ (bytes)]).stream().pipeThrough(/** @type {any} */ (stream));
    return new Uint8Array(await new Response(passed).arrayBuffer());
}

/** The fragment that holds a training. @param {Link} link @returns {Promise<string>} */
export async function encodeLink(link) {
    const json = new TextEncoder().encode(JSON.stringify(link));
    const bytes = await through(json, new CompressionStream("deflate-raw"));
    let binary = "";
    for (const byte of bytes) binary += String.fromCharCode(byte);
    return PREFIX + btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * What a fragment holds, or nothing if it is no link. A fragment can also name an example of the catalogue.
 * @param {string} fragment
 * @param {Catalogue} catalogue
 * @returns {Promise<Link | null>}
 */
export async function readLink(fragment, catalogue) {
    if (!fragment.startsWith(EXAMPLE)) return decodeLink(fragment);
    const name = decodeURIComponent(fragment.slice(EXAMPLE.length));
    const example = catalogue.examples.find((example) => example.name === name);
    if (!example) throw new Error(`there is no example ${name}`);
    return { config: structuredClone(example.config) };
}

/** What a fragment holds, or nothing if it is no link. @param {string} fragment @returns {Promise<Link | null>} */
export async function decodeLink(fragment) {
    if (!fragment.startsWith(PREFIX)) return null;
    const base64 = fragment.slice(PREFIX.length).replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(await through(bytes, new DecompressionStream("deflate-raw"))));
}

/**
 * Whether this is a configuration of things that the catalogue has. Its numbers are checked by the engine.
 * @param {any} config
 * @param {Catalogue} catalogue
 * @returns {config is Config}
 */
export function isConfig(config, catalogue) {
    /** @param {any} value @param {{kind: string}[]} entries */
    const isOf = (value, entries) => entries.some(({ kind }) => kind === value?.kind);
    /** @param {any} list @returns {boolean} */
    const areModules = (list) =>
        Array.isArray(list) &&
        list.every(
            (module) => isOf(module, catalogue.modules) && (module.kind !== "Residual" || areModules(module.inner)),
        );
    return (
        isOf(config?.data, catalogue.data) &&
        (config.data.kind !== "points" || Array.isArray(config.data.points)) &&
        areModules(config.network) &&
        isOf(config.loss, catalogue.losses) &&
        isOf(config.optimizer, catalogue.optimizers) &&
        isOf(config.schedule, catalogue.schedules) &&
        (config.dtype === undefined || catalogue.dtypes.includes(config.dtype))
    );
}
