/* tslint:disable */
/* eslint-disable */

/**
 * The playground of one configuration.
 */
export class Playground {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Returns δ of all units and the gradients of all weights.
     */
    backward(request: string): string;
    /**
     * Returns a digest of the live training.
     */
    bits(): string;
    /**
     * Checks the gradients, with a planted mistake if the request has one.
     */
    check(request: string): string;
    /**
     * Makes the steps that are left of the epoch, and returns where the training stands.
     */
    epoch(): string;
    /**
     * Returns the examples.
     */
    examples(): string;
    /**
     * Returns the numbers of the epochs from number `first` on.
     */
    history(first: number): string;
    /**
     * Looks at a unit or a weight with the microscope.
     */
    inspect(request: string): string;
    /**
     * Shows the parameters of a recorded epoch; with −1, the live ones.
     */
    lookAt(epoch: number): void;
    /**
     * Generates or reads the data and builds the network.
     */
    constructor(config: string);
    /**
     * Returns the shown network as an ONNX file.
     */
    onnx(): Uint8Array;
    /**
     * Computes the output of a module for one input; with −1, that of the network.
     */
    outputs(module: number, input: Float64Array | number[]): Float64Array;
    /**
     * Returns the PyTorch program that does the same.
     */
    pytorch(): string;
    /**
     * Returns the epochs whose parameters are recorded.
     */
    recordedEpochs(): Float64Array;
    /**
     * Computes the picture of the probabilities or predictions.
     */
    regions(resolution: number): Float32Array;
    /**
     * Returns the Rust program that does the same.
     */
    rust(): string;
    /**
     * Returns the shown network as a safetensors file.
     */
    safetensors(): Uint8Array;
    /**
     * Makes up to `count` steps, and returns where the training stands.
     */
    step(count: number): string;
    /**
     * Computes a picture for each output of a module.
     */
    units(module: number, resolution: number): Float32Array;
    /**
     * Returns the first parameter of a module.
     */
    weights(module: number): Float64Array;
}

/**
 * Returns what a configuration can be made of, as JSON.
 */
export function catalogue(): string;

/**
 * Returns the columns of a table of one's own.
 */
export function csvColumns(text: string): string;

/**
 * Describes a configuration; a mistake is part of the result.
 */
export function describe(config: string): string;

export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

export interface InitOutput {
    readonly memory: WebAssembly.Memory;
    readonly __wbg_playground_free: (a: number, b: number) => void;
    readonly catalogue: () => [number, number, number, number];
    readonly csvColumns: (a: number, b: number) => [number, number, number, number];
    readonly describe: (a: number, b: number) => [number, number, number, number];
    readonly playground_backward: (a: number, b: number, c: number) => [number, number, number, number];
    readonly playground_bits: (a: number) => [number, number];
    readonly playground_check: (a: number, b: number, c: number) => [number, number, number, number];
    readonly playground_epoch: (a: number) => [number, number, number, number];
    readonly playground_examples: (a: number) => [number, number, number, number];
    readonly playground_history: (a: number, b: number) => [number, number, number, number];
    readonly playground_inspect: (a: number, b: number, c: number) => [number, number, number, number];
    readonly playground_lookAt: (a: number, b: number) => [number, number];
    readonly playground_new: (a: number, b: number) => [number, number, number];
    readonly playground_onnx: (a: number) => [number, number, number, number];
    readonly playground_outputs: (a: number, b: number, c: number, d: number) => [number, number, number, number];
    readonly playground_pytorch: (a: number) => [number, number];
    readonly playground_recordedEpochs: (a: number) => [number, number];
    readonly playground_regions: (a: number, b: number) => [number, number, number, number];
    readonly playground_rust: (a: number) => [number, number];
    readonly playground_safetensors: (a: number) => [number, number, number, number];
    readonly playground_step: (a: number, b: number) => [number, number, number, number];
    readonly playground_units: (a: number, b: number, c: number) => [number, number, number, number];
    readonly playground_weights: (a: number, b: number) => [number, number, number, number];
    readonly __wbindgen_externrefs: WebAssembly.Table;
    readonly __externref_table_dealloc: (a: number) => void;
    readonly __wbindgen_free: (a: number, b: number, c: number) => void;
    readonly __wbindgen_malloc: (a: number, b: number) => number;
    readonly __wbindgen_realloc: (a: number, b: number, c: number, d: number) => number;
    readonly __wbindgen_start: () => void;
}

export type SyncInitInput = BufferSource | WebAssembly.Module;

/**
 * Instantiates the given `module`, which can either be bytes or
 * a precompiled `WebAssembly.Module`.
 *
 * @param {{ module: SyncInitInput }} module - Passing `SyncInitInput` directly is deprecated.
 *
 * @returns {InitOutput}
 */
export function initSync(module: { module: SyncInitInput } | SyncInitInput): InitOutput;

/**
 * If `module_or_path` is {RequestInfo} or {URL}, makes a request and
 * for everything else, calls `WebAssembly.instantiate` directly.
 *
 * @param {{ module_or_path: InitInput | Promise<InitInput> }} module_or_path - Passing `InitInput` directly is deprecated.
 *
 * @returns {Promise<InitOutput>}
 */
export default function __wbg_init (module_or_path: { module_or_path: InitInput | Promise<InitInput> } | InitInput | Promise<InitInput>): Promise<InitOutput>;
