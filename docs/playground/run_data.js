// The records of runs: from the program that trains, or from a file.

/** @typedef {"waiting" | "running" | "ended" | "stopped" | "failed"} RunState */
/** @typedef {{path: string, text: string}} Layer */
/**
 * @typedef {object} EpochPoint
 * @property {number} epoch from 0
 * @property {number | null} step the number of completed steps
 * @property {number | null} loss null is a number that is not finite
 * @property {number | null} validation_loss
 * @property {(number | null)[]} metrics
 * @property {number | null} learning_rate
 * @property {number} seconds
 * @property {(number | null)[]} delta by layer; empty if it was not computed
 * @property {(number | null)[]} gradient
 */
/**
 * @typedef {object} BatchPoint
 * @property {number} epoch
 * @property {number} step
 * @property {number | null} loss
 * @property {(number | null)[]} delta
 * @property {(number | null)[]} gradient
 */
/**
 * @typedef {object} Head what is known of a run, without its points
 * @property {string} name
 * @property {number} training the number of the training that the run watches
 * @property {RunState} state
 * @property {boolean} is_stopping
 * @property {string | null} message
 * @property {Layer[]} layers
 * @property {string[]} metrics
 * @property {{epoch: number, step: number | null, loss: number | null, seconds: number} | null} now
 */
/** @typedef {Head & {epochs: EpochPoint[], batches: BatchPoint[]}} RunData */

/** More points than these are thinned out. */
const LIMIT = 4000;

/** The points that a page has, in the words of the server: `training.epoch.step`. @param {RunData} run */
export function after(run) {
    const epoch = run.epochs.at(-1)?.epoch ?? -1;
    return `${run.training}.${epoch + 1}.${run.batches.at(-1)?.step ?? 0}`;
}

/** Adds what is new of a run. @param {RunData | undefined} old @param {RunData} fresh @returns {RunData} */
export function merged(old, fresh) {
    if (!old || old.training !== fresh.training) return fresh;
    return {
        ...fresh,
        epochs: thinned(old.epochs.concat(fresh.epochs)),
        batches: thinned(old.batches.concat(fresh.batches)),
    };
}

/** Every second point if there are too many, and the last one. @template P @param {P[]} points @returns {P[]} */
function thinned(points) {
    if (points.length <= LIMIT) return points;
    return points.filter((_, index) => index % 2 === 0 || index === points.length - 1);
}

/**
 * Reads the file of a run, lines of JSON. An error says which line is wrong.
 * @param {string} content
 * @returns {RunData}
 */
export function readRunFile(content) {
    /** @type {RunData | null} */
    let run = null;
    for (const [index, line] of content.split("\n").entries()) {
        if (line.trim() === "") continue;
        const value = parsed(line, index + 1);
        if (!run) run = { ...checkedHead(value.run), epochs: [], batches: [] };
        else if (value.epoch) run.epochs.push(checkedPoint(value.epoch, "epoch", index + 1));
        else if (value.batch) run.batches.push(checkedPoint(value.batch, "step", index + 1));
    }
    if (!run) throw new Error("empty");
    return run;
}

/** @param {string} line @param {number} number @returns {any} */
function parsed(line, number) {
    try {
        return JSON.parse(line) ?? {};
    } catch {
        throw new Error(`line ${number}: no JSON`);
    }
}

/** @param {any} head @returns {Head} */
function checkedHead(head) {
    const isRun = head && head.format === 1 && typeof head.name === "string"
        && Array.isArray(head.layers) && Array.isArray(head.metrics);
    if (!isRun) throw new Error("line 1: no run of format 1");
    return head;
}

/** @param {any} point @param {string} key @param {number} number */
function checkedPoint(point, key, number) {
    const lists = key === "epoch" ? [point.metrics, point.delta, point.gradient] : [point.delta, point.gradient];
    if (typeof point[key] !== "number" || !lists.every(Array.isArray)) throw new Error(`line ${number}: no ${key}`);
    return point;
}
