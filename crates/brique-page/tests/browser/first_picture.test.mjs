// What the page shows before its engine is loaded is what the engine shows: nothing changes when it is there.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { after, test } from "node:test";

import { choose, ready, settled, start, state } from "./harness.mjs";

const { PLAYGROUND_FOLDER } = process.env;
const { open } = await start(after);

/** The parts that do not need the engine. */
const PARTS = [".readout", "#data-controls", "#settings-controls", "#network-parameters", "#network-direction", "#network-help", "#network-cards", "#module-editor", "#palette", "#plane-output"];

/** Opens the page without its engine; `release` lets the engine arrive. */
async function openWithoutEngine(options) {
    let release = () => {};
    const released = new Promise((resolve) => (release = resolve));
    const prepare = (page) => page.route("**/brique_bg.wasm.zlib", async (route) => {
        await released;
        await route.continue();
    });
    const page = await open({ prepare, ...options });
    // The last component that is started.
    await page.waitForSelector("#example option[value='0']", { state: "attached" });
    return { page, release };
}

/** The parts, and where they are; the pixels of their canvases, and of screenshots. */
async function shown(page) {
    await page.evaluate(() => scrollTo(0, 0));
    const parts = await page.evaluate((selectors) => Object.fromEntries(selectors.map((selector) => {
        const part = document.querySelector(selector);
        const { x, y, width, height } = part.getBoundingClientRect();
        // A screenshot leaves an empty style behind.
        return [selector, { html: part.outerHTML.replaceAll(' style=""', ""), box: [x, y, width, height] }];
    })), PARTS);
    const canvases = await page.$$eval("#network-cards canvas, #network-edges, #plane-output canvas", (found) => found.map((canvas) => canvas.toDataURL()));
    const screenshots = [];
    for (const part of ["#plane-output", "#network-columns"]) screenshots.push((await page.locator(part).screenshot()).toString("base64"));
    return { parts, canvases: canvases.map(digest), screenshots: screenshots.map(digest) };
}

const digest = (text) => createHash("sha256").update(text).digest("hex");

const views = {
    light: {},
    dark: { colorScheme: "dark" },
    french: { locale: "fr-FR" },
    phone: { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 },
};

for (const [view, options] of Object.entries(views)) {
    test(`the first picture is that of the engine: ${view}`, async () => {
        const { page, release } = await openWithoutEngine(options);
        assert.equal((await state(page)).status, null);
        assert.equal(await page.textContent("#bits"), "–");
        const before = await shown(page);
        assert.equal(new Set(before.canvases).size, 9, "canvases with different pictures");
        release();
        await ready(page);
        await settled(page);
        const after = await shown(page);
        for (const part of PARTS) assert.deepEqual(after.parts[part], before.parts[part], part);
        assert.deepEqual(after, before);
        assert.deepEqual(page.problems, []);
        await page.context().close();
    });
}

test("the numbers of the first picture are those of the engine", async () => {
    const page = await open();
    await ready(page);
    const { first, engine } = await page.evaluate(async () => {
        const { catalogue, firstPicture } = await import(new URL("first_picture.js", document.baseURI).href);
        const module = await import(new URL("brique.js", document.baseURI).href);
        const { body } = await fetch("brique_bg.wasm.zlib");
        const bytes = body.pipeThrough(new DecompressionStream("deflate"));
        await module.default({ module_or_path: new Response(bytes, { headers: { "Content-Type": "application/wasm" } }) });
        const config = JSON.stringify(catalogue.config);
        const playground = new module.Playground(config);
        const { description, examples, frame } = firstPicture();
        const { history, recorded, regions, weights } = frame;
        return {
            first: { catalogue, description, examples, history, recorded, regions: [...regions], weights: weights.map((numbers) => [...numbers]) },
            engine: {
                catalogue: JSON.parse(module.catalogue()),
                description: JSON.parse(module.describe(config)),
                examples: JSON.parse(playground.examples()),
                history: JSON.parse(playground.history(0)),
                recorded: [...playground.recordedEpochs()],
                regions: [...playground.regions(frame.resolution)],
                weights: description.modules.map((_, index) => [...playground.weights(index)]),
            },
        };
    });
    assert.deepEqual(first, engine);
});

test("what a reader changes before the engine is there is not lost", async () => {
    const { page, release } = await openWithoutEngine();
    await page.selectOption("#data-kind", "circles");
    release();
    await ready(page);
    await settled(page);
    assert.equal((await state(page)).config.data.kind, "circles");
    await choose(page, "#data-kind", "moons");
    assert.deepEqual(page.problems, []);
});

test("an engine that cannot be loaded is said to be so", async () => {
    const prepare = (page) => page.route("**/brique_bg.wasm.zlib", (route) => route.fulfill({ status: 404, body: "" }));
    const page = await open({ prepare });
    await page.waitForFunction(() => document.querySelector("#status").textContent.startsWith("The engine cannot be loaded"));
    assert.ok(await page.isDisabled("#play"));
});

test("index.html lists the scripts that the first picture needs", async () => {
    const needed = new Set();
    const add = async (file) => {
        if (needed.has(file)) return;
        needed.add(file);
        const source = await readFile(join(PLAYGROUND_FOLDER, file), "utf8");
        for (const [, name] of source.matchAll(/^(?:import|export)\b[^;"]*?from "(\.[^"]+)"/gm)) await add(posix.join(posix.dirname(file), name));
    };
    const html = await readFile(join(PLAYGROUND_FOLDER, "index.html"), "utf8");
    const listed = (pattern) => [...html.matchAll(pattern)].map(([, file]) => file);
    const scripts = listed(/<script [^>]*src="([^"]+)"/g);
    for (const script of scripts) await add(script);
    assert.deepEqual([...scripts, ...listed(/<link rel="modulepreload" href="([^"]+)"/g)].sort(), [...needed].sort());
});
