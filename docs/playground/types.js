// The types of what the engine and the page say to each other.

/** @typedef {Record<string, any> & {kind: string}} Kind something with a kind and its fields */
/**
 * @typedef {{name: string, type: "integer" | "number" | "choice" | "boolean" | "text", min?: number, max?: number, step?: number, default?: any, choices?: string[]}} Field
 */
/** @typedef {{kind: string, fields: Field[], task?: string, input?: string, group?: string}} CatalogueEntry */
/**
 * @typedef {object} Catalogue
 * @property {CatalogueEntry[]} data
 * @property {CatalogueEntry[]} modules
 * @property {string[]} inits
 * @property {string[]} dtypes the usual type of numbers first
 * @property {CatalogueEntry[]} losses
 * @property {CatalogueEntry[]} optimizers
 * @property {CatalogueEntry[]} schedules
 * @property {string[]} mistakes
 * @property {Config} config
 * @property {{name: string, report?: string, config: Config}[]} examples
 */
/**
 * @typedef {object} Config
 * @property {Kind} data
 * @property {number} test_fraction
 * @property {Kind[]} network
 * @property {string} init
 * @property {Kind} loss
 * @property {Kind} optimizer
 * @property {Kind} schedule
 * @property {number} [clip_norm]
 * @property {string} [dtype] without it, the usual type of numbers
 * @property {number} batch
 * @property {number} epochs
 * @property {number} seed
 */
/**
 * @typedef {object} ModuleDescription
 * @property {string} path
 * @property {string} text
 * @property {number[]} output
 * @property {number} units
 * @property {number} parameters
 * @property {ModuleDescription[]} [inner]
 */
/**
 * @typedef {object} Description
 * @property {string} input
 * @property {number | null} classes
 * @property {number | null} outputs_needed
 * @property {ModuleDescription[]} modules
 * @property {number} parameters
 * @property {{module: number | null, message: string} | null} error
 */
/**
 * @typedef {object} Examples
 * @property {"plane" | "digits"} input
 * @property {"classification" | "regression"} task
 * @property {number[][]} x
 * @property {number[]} target
 * @property {boolean[]} is_test
 * @property {number | null} classes
 * @property {string[] | null} class_names
 * @property {[[number, number], [number, number]]} bounds
 */
/**
 * @typedef {{step: number, epoch: number, batch: number, steps_per_epoch: number, loss: number | null, ended: boolean}} Status
 */
/**
 * @typedef {{path: string, text: string, delta: (number | null)[], gradient: (number | null)[] | null, saturated: (number | null)[] | null, dead: (number | null)[] | null}} LayerHistory
 */
/**
 * @typedef {object} History
 * @property {number[]} epochs
 * @property {(number | null)[]} train_loss
 * @property {(number | null)[] | null} test_loss
 * @property {(number | null)[] | null} train_accuracy
 * @property {(number | null)[] | null} test_accuracy
 * @property {number[]} learning_rate
 * @property {number | null} best_accuracy
 * @property {LayerHistory[]} layers
 */
/** @typedef {{modules: {delta: number[], gradient: number[] | null}[]}} Backward */
/**
 * @typedef {object} Frame what the page shows of one moment
 * @property {Status | null} status none while the engine is loaded
 * @property {History | null} history the epochs recorded since the last frame
 * @property {number[]} recorded epochs whose parameters are recorded
 * @property {Float32Array | null} regions
 * @property {number} resolution of `regions`
 * @property {Float32Array[]} units pictures over the plane, or outputs for the digit shown
 * @property {number} unitResolution of `units`; 0 for outputs
 * @property {Float64Array[]} weights
 * @property {Float64Array | null} probabilities of the digit shown
 * @property {number[]} predictions class of each digit in `view.digits`
 * @property {Backward | null} backward
 * @property {string} bits
 */
/**
 * @typedef {object} View what frames contain
 * @property {"forward" | "backward"} direction
 * @property {number[]} examples the chosen examples
 * @property {number[] | null} drawing the digit of the pad; without it, the first chosen example is shown
 * @property {number[]} digits indices of the examples whose class is predicted
 */
/**
 * @typedef {{description: Description, problem: string | null, examples: Examples | null, frame: Frame | null}} Created
 */
/** @typedef {"step" | "epoch" | "full"} Pace */
/** @typedef {{symbols: string, numbers: string}} Formula */
/**
 * @typedef {{what: string, value: number | null, delta: number | null, gradient: number | null, numeric: number | null, relative_error: number | null, formula: Formula[], rows: {name: string, value: number | null}[]}} Inspection
 */
/** @typedef {{row: number, column: number, analytic: number, numeric: number}} Element */
/**
 * @typedef {{path: string, name: string, analytic: number, numeric: number, relative_error: number, passes: boolean, worst: Element | null}} CheckRow
 */
/** @typedef {{passes: boolean, rows: CheckRow[], message: string}} Check */
/** @typedef {{what: "unit" | "weight", module: number, unit: number, row: number, column: number}} Selection */

export {};
