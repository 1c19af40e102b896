// Every control of the playground is used once. The page notes which controls were visible, and which were used.

import assert from "node:assert/strict";
import { stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { bits, choose, click, pick, picture, ready, settled, start, state, type } from "./harness.mjs";

const { open } = await start(after);

/** Notes controls by their id, with numbers as `*`. */
function noteControls() {
    const controls = "a[href], button, canvas[tabindex], input, select, summary, textarea";
    const name = (control) => (control.id || control.className || control.localName).replaceAll(/\d+/g, "*");
    window.controls = { seen: new Set(), used: new Set() };
    const look = () => {
        for (const control of document.querySelectorAll(controls)) {
            // Radio buttons are hidden in their labels.
            const shown = control.type === "radio" ? control.closest("label") : control;
            if (shown?.checkVisibility() && !control.disabled) window.controls.seen.add(name(control));
        }
    };
    const used = (event) => {
        look();
        const control = event.target.closest?.(controls) ?? event.target.closest?.("label")?.control;
        if (control) window.controls.used.add(name(control));
    };
    for (const event of ["click", "change", "input", "keydown", "pointerdown"]) addEventListener(event, used, true);
    addEventListener("DOMContentLoaded", look);
}

const page = await open({ script: noteControls });
await ready(page);
await settled(page);
const { catalogue } = await state(page);

/** Uses each number, choice and box inside an element; each has to change the configuration, and to be valid. */
async function useFields(container) {
    const ids = await page.$$eval(`${container} :is(input[type=number], input[type=checkbox], select)`, (found) => found.map(({ id }) => id));
    for (const id of ids.filter((id) => !id.endsWith("-kind") && id !== "clip")) {
        const before = (await state(page)).config;
        await useField(id);
        const { config, problem } = await state(page);
        assert.equal(problem, null, id);
        assert.notDeepEqual(config, before, `${id} changes the configuration`);
    }
}

async function useField(id) {
    const field = await page.$eval(`#${id}`, ({ type, value, min, max, step, options }) => ({ type, value, min, max, step, options: options && [...options].map(({ value }) => value) }));
    if (field.type === "checkbox") return click(page, `#${id}`);
    if (field.options) return choose(page, `#${id}`, field.options.find((value) => value !== field.value));
    const value = Number(field.value) + Number(field.step);
    return type(page, `#${id}`, field.max !== "" && value > Number(field.max) ? Number(field.value) - Number(field.step) : Number(value.toPrecision(12)));
}

test("data sets and their options", async () => {
    for (const { kind, task } of catalogue.data.filter(({ kind }) => !["csv", "points"].includes(kind))) {
        await choose(page, "#data-kind", kind);
        const now = await state(page);
        assert.equal(now.config.data.kind, kind);
        assert.equal(now.problem, null, kind);
        assert.equal(now.task, task);
        await useFields("#data-controls");
    }
    for (const { kind } of catalogue.data) {
        await click(page, `#tile-${kind}`);
        assert.equal((await state(page)).config.data.kind, kind);
    }
    await choose(page, "#data-kind", "moons");
});

test("loss, optimiser, schedule and what else a training has", async () => {
    await page.click("#settings summary");
    await page.click("#settings summary");
    for (const [part, kinds] of [["optimizer", catalogue.optimizers], ["schedule", catalogue.schedules], ["loss", catalogue.losses]]) {
        for (const { kind } of kinds) {
            await choose(page, `#${part}-kind`, kind);
            const { config, problem } = await state(page);
            assert.equal(config[part].kind, kind);
            assert.equal(problem, null, kind);
        }
        await choose(page, `#${part}-kind`, kinds[0].kind);
    }
    await click(page, "#clip");
    await useFields("#settings-controls");
    await click(page, "#clip");
    for (const part of ["optimizer", "schedule", "loss"]) {
        for (const { kind } of catalogue[{ optimizer: "optimizers", schedule: "schedules", loss: "losses" }[part]]) {
            await choose(page, `#${part}-kind`, kind);
            const ids = await page.$$eval(`[id^="${part}-"]:is(input, select)`, (found) => found.map(({ id }) => id));
            for (const id of ids.filter((id) => id !== `${part}-kind`)) await useField(id);
            assert.equal((await state(page)).problem, null, kind);
        }
    }
});

test("modules of the palette and their options", async () => {
    await choose(page, "#data-kind", "digits");
    await choose(page, "#loss-kind", "CrossEntropyLoss");
    for (const { kind } of catalogue.modules) {
        await page.click("#choose-0");
        await click(page, `#add-${kind}`);
        const { config, chosen } = await state(page);
        assert.deepEqual(chosen, [1]);
        assert.equal(config.network[1].kind, kind);
        const ids = await page.$$eval("#module-editor input", (found) => found.map(({ id }) => id));
        for (const id of ids) await useField(id);
        await page.click("#remove-module");
    }
});

test("modules move, and go into composite modules", async () => {
    await choose(page, "#data-kind", "moons");
    await click(page, "#choose-0");
    await click(page, "#add-ReLU");
    await click(page, "#move-earlier");
    assert.equal((await state(page)).config.network[0].kind, "ReLU");
    await click(page, "#move-later");
    assert.equal((await state(page)).config.network[1].kind, "ReLU");
    await page.focus("#choose-1");
    await page.keyboard.press("Delete");
    await settled(page);
    await click(page, "#choose-0");
    await click(page, "#add-Residual");
    await pick(page, "add-where-inside");
    await click(page, "#add-Dropout");
    await click(page, "#choose-1-0");
    await click(page, "#choose-1");
    await pick(page, "add-where-after");
    const { config, problem } = await state(page);
    assert.deepEqual(config.network[1].inner.map(({ kind }) => kind), ["Linear", "Tanh", "Dropout"]);
    assert.equal(problem, null);
    await click(page, "#remove-module");
});

test("a mistake in the shapes has the library's message", async () => {
    await click(page, "#choose-2");
    await click(page, "#remove-module");
    const message = await page.textContent("#network-message");
    const { problem, description } = await state(page);
    assert.match(`${message} ${await page.textContent("#data-message")}`, /8|2/);
    assert.equal(problem, description.error.message);
    assert.equal(await page.isDisabled("#play"), true);
    await click(page, "#choose-1");
    await click(page, "#add-Linear");
    await type(page, "#module-out", 2);
    assert.equal((await state(page)).problem, null);
});

test("playing, stepping, and looking back", async () => {
    await click(page, "#one-step");
    assert.equal((await state(page)).status.step, 1);
    await page.waitForFunction(() => document.querySelector("#read-step").textContent === "1");
    await click(page, "#one-epoch");
    // The training must not end while it is as fast as it goes.
    await type(page, "#epochs", 100_000);
    for (const pace of ["step", "full", "epoch"]) {
        await choose(page, "#pace", pace);
        await page.click("#play");
        const step = (await state(page)).status.step;
        await page.waitForFunction((step) => Number(document.querySelector("#read-step").textContent) > step + 20, step);
        await click(page, "#play");
        assert.equal((await state(page)).running, false);
    }
    const live = await page.textContent("#read-train-loss");
    await page.fill("#time", "0");
    await settled(page);
    assert.equal((await state(page)).shownEpoch, 0);
    await page.waitForFunction((live) => document.querySelector("#read-train-loss").textContent !== live, live);
    await click(page, "#now");
    assert.equal((await state(page)).shownEpoch, -1);
    await pick(page, "direction-backward");
    await picture(page, "backward");
    await pick(page, "direction-forward");
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press("Space");
    assert.equal((await state(page)).running, true);
    await page.keyboard.press("Space");
    await settled(page);
    await click(page, "#reset");
    assert.equal((await state(page)).status.step, 0);
});

test("the microscope", async () => {
    const points = await page.locator("#points").boundingBox();
    await click(page, "#points", { position: { x: points.width / 3, y: points.height / 3 } });
    await page.focus("#points");
    for (const key of ["ArrowLeft", "ArrowUp", "ArrowRight", "ArrowDown", "Enter"]) await page.keyboard.press(key);
    await type(page, "#scope-examples", "0, 1, 2");
    assert.deepEqual((await state(page)).view.examples, [0, 1, 2]);
    await click(page, "#scope-batch");
    const { config, view } = await state(page);
    assert.equal(view.examples.length, config.batch);
    await choose(page, "#scope-module", "2");
    await choose(page, "#scope-unit", "1");
    await page.waitForFunction(() => document.querySelector("#microscope-numbers").textContent.includes("δ"));
    await pick(page, "scope-what-weight");
    await choose(page, "#scope-module", "0");
    await choose(page, "#scope-row", "1");
    await choose(page, "#scope-column", "1");
    assert.deepEqual((await state(page)).selection, { what: "weight", module: 0, unit: 1, row: 1, column: 1 });
    // The formula follows a frame and a pause.
    await page.waitForFunction(() => /∂L/.test(document.querySelector("#microscope-formula").textContent));
    const error = await page.textContent("#microscope-numbers .relative_error dd");
    assert.ok(Number(error) < 1e-5, `the analytic and the numeric gradient differ by ${error}`);
    await pick(page, "scope-what-unit");
    await click(page, "#unit-0-1");
    assert.equal((await state(page)).selection.unit, 1);
    await picture(page, "microscope");
});

test("the gradient check finds each mistake", async () => {
    await click(page, "#run-check");
    await page.waitForSelector("#check-result .passes");
    assert.equal(await page.locator("#check-result > .fails").count(), 0);
    await choose(page, "#mistake-module", "1");
    await choose(page, "#mistake-module", "0");
    for (const mistake of catalogue.mistakes) {
        await choose(page, "#mistake-kind", mistake);
        await click(page, "#run-check");
        await page.waitForSelector("#check-result table, #check-result .message");
        const text = await page.textContent("#check-result");
        assert.ok(await page.locator("#check-result .fails, #check-result .message").count() > 0, `${mistake}: ${text}`);
    }
    await picture(page, "check");
});

test("points of one's own", async () => {
    await click(page, "#edit-points");
    const count = async () => (await state(page)).config.data.points.length;
    const before = await count();
    await pick(page, "tool-add");
    await pick(page, "point-class-1");
    const at = { position: { x: 40, y: 50 } };
    await click(page, "#points", at);
    assert.equal(await count(), before + 1);
    await pick(page, "tool-remove");
    await click(page, "#points", at);
    assert.equal(await count(), before);
    await pick(page, "tool-look");
    await useField("test-fraction");
    await choose(page, "#data-task", "regression");
    await type(page, "#point-value", 0.5);
    assert.equal((await state(page)).problem, null);
    await choose(page, "#data-task", "classification");
    await click(page, "#clear-points");
    assert.equal(await count(), 0);
    assert.notEqual((await state(page)).problem, null);
    await pick(page, "tool-add");
    // Ten classes, two points of each.
    for (let index = 0; index < 20; index += 1) {
        await page.click(`label:has(#point-class-${index % 10})`);
        await page.click("#points", { position: { x: 20 + 25 * (index % 10), y: 40 + 60 * Math.floor(index / 10) } });
    }
    await settled(page);
    const { config, problem, description } = await state(page);
    assert.equal(config.data.points.length, 20);
    assert.equal(problem, null);
    assert.equal(description.classes, 10);
    await page.click("#one-epoch");
    await picture(page, "points");
});

test("a table of one's own", async () => {
    await choose(page, "#data-kind", "csv");
    const table = "width,height,weight,kind\n" + Array.from({ length: 40 }, (_, i) => `${i % 7},${i % 5},${i * 0.5},${i % 2 ? "cat" : "dog"}`).join("\n") + "\n";
    await type(page, "#csv-text", table);
    for (const [field, column] of [["x_1", "height"], ["x_2", "weight"], ["target", "kind"]]) await choose(page, `#csv-${field}`, column);
    const { config, problem, description } = await state(page);
    assert.deepEqual([config.data.x_1, config.data.x_2, config.data.target], ["height", "weight", "kind"]);
    assert.equal(problem, null);
    assert.equal(description.classes, 2);
    await click(page, "#csv-standardize");
    await choose(page, "#csv-target", "width");
    await choose(page, "#csv-task", "regression");
    assert.equal((await state(page)).problem, null);
    const file = join(tmpdir(), `playground-${process.pid}.csv`);
    await writeFile(file, "a,b,c\n1,2,0\n3,4,1\n5,1,0\n2,2,1\n");
    await page.setInputFiles("#csv-file", file);
    await settled(page);
    assert.equal((await state(page)).config.data.x_1, "a");
});

test("digits are drawn and recognised", async () => {
    await choose(page, "#data-kind", "digits");
    await choose(page, "#loss-kind", "CrossEntropyLoss");
    const pad = await page.locator("#pad").boundingBox();
    await page.mouse.move(pad.x + pad.width / 2, pad.y + 20);
    await page.mouse.down();
    await page.mouse.move(pad.x + pad.width / 2, pad.y + pad.height - 20, { steps: 8 });
    await page.mouse.up();
    await settled(page);
    const { view } = await state(page);
    assert.equal(view.drawing.length, 64);
    assert.ok(view.drawing.some((ink) => ink > 0.4));
    const sum = await page.$$eval("[id^=probability-]", (found) => found.reduce((sum, { textContent }) => sum + parseFloat(textContent), 0));
    assert.ok(Math.abs(sum - 100) < 1, `the probabilities add up to ${sum} %`);
    await page.focus("#pad");
    await page.keyboard.press("Space");
    await click(page, "#clear-pad");
    assert.equal((await state(page)).view.drawing, null);
    const digit = (await state(page)).view.digits[3];
    await click(page, `#digit-${digit}`);
    assert.deepEqual((await state(page)).view.examples, [digit]);
    await click(page, "#unit-0-0");
    await picture(page, "digits");
});

test("examples, language and theme", async () => {
    const count = await page.$$eval("#example option", (options) => options.length - 1);
    assert.equal(count, catalogue.examples.length);
    for (let index = 0; index < count; index += 1) {
        await choose(page, "#example", String(index));
        const { config, problem } = await state(page);
        assert.equal(problem, null);
        assert.deepEqual(config, catalogue.examples[index].config);
    }
    await choose(page, "#language", "fr");
    assert.equal(await page.getAttribute("html", "lang"), "fr");
    assert.notEqual(await page.textContent("#data-title"), "Data");
    await choose(page, "#theme", "dark");
    await picture(page, "dark-french");
    await choose(page, "#language", "en");
    await choose(page, "#theme", "light");
});

test("programs, files and figures", async () => {
    await choose(page, "#example", "0");
    await click(page, "#one-epoch");
    for (const [button, expected] of [["take-rust", /fn main/], ["take-pytorch", /import torch/]]) {
        await click(page, `#${button}`);
        assert.match(await page.textContent("#program-text"), expected);
        await click(page, "#copy-program");
        await downloaded("download-program");
        await click(page, "#close-program");
    }
    for (const button of ["take-safetensors", "take-onnx", "take-png", "take-svg"]) {
        assert.ok((await downloaded(button)).size > 300, button);
    }
    await click(page, "#copy-link");
    assert.match(page.url(), /#1\./);
    await page.focus(".skip");
    await page.keyboard.press("Enter");
});

/** Clicks a button that downloads a file. */
async function downloaded(button) {
    const [download] = await Promise.all([page.waitForEvent("download"), page.click(`#${button}`)]);
    return stat(await download.path());
}

test("every control was used, and nothing went wrong", async () => {
    const { seen, used } = await page.evaluate(() => ({ seen: [...window.controls.seen], used: [...window.controls.used] }));
    assert.deepEqual(seen.filter((control) => !used.includes(control)), []);
    assert.ok(seen.length > 60, `${seen.length} controls`);
    assert.deepEqual(page.problems, []);
    assert.match(await bits(page), /^[0-9a-f]{16}$/);
});
