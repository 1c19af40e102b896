// What everybody can use: axe-core finds nothing, everything works from the keyboard, nothing overflows on a phone.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, test } from "node:test";

import { choose, click, packages, picture, ready, settled, start, state, type } from "./harness.mjs";

const { open } = await start(after);
const axe = await readFile(packages.resolve("axe-core/axe.min.js"), "utf8");

const views = {
    light: { colorScheme: "light" },
    dark: { colorScheme: "dark" },
    french: { locale: "fr-FR" },
    phone: { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true },
};

/** Different contents of the page: what they show, by name. */
const contents = {
    "after an epoch": async (page) => {
        await click(page, "#one-epoch");
        await click(page, "#run-check");
        await page.waitForSelector("#check-result table");
    },
    "a mistake in the network": async (page) => {
        await click(page, "#choose-2");
        await click(page, "#remove-module");
    },
    "a mistake in a table": async (page) => {
        await choose(page, "#data-kind", "csv");
        await type(page, "#csv-text", "a,b,c\n1,2\n");
    },
    "points of one's own": (page) => choose(page, "#data-kind", "points"),
    digits: (page) => choose(page, "#data-kind", "digits"),
    "a program": (page) => click(page, "#take-rust"),
};

for (const [view, options] of Object.entries(views)) {
    test(`axe: ${view}`, async () => {
        const page = await open(options);
        await ready(page);
        await page.evaluate(axe);
        await check(page, view, "at first");
        for (const [content, show] of Object.entries(contents)) {
            await choose(page, "#example", "0");
            await show(page);
            await settled(page);
            await check(page, view, content);
        }
        await page.click("#close-program");
        assert.deepEqual(page.problems, []);
        await page.context().close();
    });
}

async function check(page, view, content) {
    const violations = await page.evaluate(async () => {
        const { violations } = await window.axe.run(document);
        return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 3).map(({ html, failureSummary }) => `${html} ${failureSummary}`).join("; ")}`);
    });
    assert.deepEqual(violations, [], content);
    const { wide, width } = await page.evaluate(() => ({ wide: document.documentElement.scrollWidth, width: document.documentElement.clientWidth }));
    assert.ok(wide <= width, `${content}: the page is ${wide} pixels wide, the window ${width}`);
    await picture(page, `${view}-${content.replaceAll(/\W+/g, "-")}`);
}

test("a training with the keyboard alone", async () => {
    const page = await open();
    await ready(page);
    await tabTo(page, "data-kind");
    await page.keyboard.press("ArrowDown");
    await settled(page);
    const { config, catalogue } = await state(page);
    assert.notEqual(config.data.kind, catalogue.config.data.kind);
    await page.evaluate(() => document.activeElement.blur());
    await tabTo(page, "one-epoch");
    await page.keyboard.press("Enter");
    await settled(page);
    assert.equal((await state(page)).status.epoch, 1);
    await page.evaluate(() => document.activeElement.blur());
    await tabTo(page, "choose-0");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Alt+ArrowRight");
    await settled(page);
    assert.deepEqual((await state(page)).chosen, [1]);
    assert.deepEqual(page.problems, []);
});

test("the type of numbers is chosen with the keyboard, in French", async () => {
    const page = await open({ locale: "fr-FR" });
    await ready(page);
    const label = await page.textContent("label:has(#dtype) span");
    const options = await page.$$eval("#dtype option", (found) => found.map(({ textContent }) => textContent));
    assert.deepEqual([label, ...options], ["Nombres", "64 bits", "32 bits"]);
    assert.match(await page.getAttribute("#dtype", "title"), /^Le type des nombres/);
    await tabTo(page, "dtype");
    for (const [key, dtype] of [["ArrowDown", "float32"], ["ArrowUp", undefined]]) {
        await page.keyboard.press(key);
        await settled(page);
        assert.equal((await state(page)).config.dtype, dtype);
        assert.equal(await page.evaluate(() => document.activeElement.id), "dtype");
    }
    assert.deepEqual(page.problems, []);
});

/** Presses Tab until a control has the focus. */
async function tabTo(page, id) {
    for (let presses = 0; presses < 120; presses += 1) {
        await page.keyboard.press("Tab");
        if ((await page.evaluate(() => document.activeElement.id)) === id) return;
    }
    assert.fail(`Tab does not reach ${id}`);
}
