// Nothing moves while the page loads and trains. Times are printed, not asserted: they are those of the machine.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { choose, configure, ready, settled, start, state } from "./harness.mjs";

const { open } = await start(after);

/** Notes layout shifts and long tasks from the beginning on, when the first picture is there, and when it can be trained. */
function noteEntries() {
    window.entries = { shifts: [], tasks: [], picture: null, ready: null };
    const note = (type, add) => new PerformanceObserver((list) => list.getEntries().forEach(add)).observe({ type, buffered: true });
    note("layout-shift", ({ value, sources }) => window.entries.shifts.push({ value, nodes: sources.map(({ node }) => node?.id || node?.className || node?.nodeName) }));
    note("longtask", ({ startTime, duration }) => window.entries.tasks.push({ startTime, duration }));
    // A canvas on which nothing was drawn is 300 pixels wide.
    const isDrawn = (id) => ![undefined, 300].includes(document.querySelector(id)?.width);
    const look = () => {
        if (isDrawn("#regions") && isDrawn("#pictures-0")) window.entries.picture ??= performance.now();
        if (/^[0-9a-f]{16}$/.test(document.querySelector("#bits")?.textContent)) window.entries.ready = performance.now();
        else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
}

const sizes = { desktop: { viewport: { width: 1280, height: 900 } }, phone: { viewport: { width: 360, height: 740 } } };

for (const [name, size] of Object.entries(sizes)) {
    test(`nothing moves: ${name}`, async () => {
        const page = await open({ script: noteEntries, ...size });
        await ready(page);
        const loaded = await loadingTimes(page);
        // A training that does not end meanwhile.
        await configure(page, { ...(await state(page)).config, epochs: 100_000 });
        for (const pace of ["epoch", "full", "step"]) {
            await choose(page, "#pace", pace);
            const begin = (await state(page)).status.step;
            const { frames, begun } = await train(page);
            const { status } = await state(page);
            const tasks = (await page.evaluate((begun) => window.entries.tasks.filter(({ startTime }) => startTime >= begun), begun)).map(({ duration }) => Math.round(duration));
            console.log(`${name}, ${pace}: ${frames} pictures a second, ${(status.step - begin) / 2} steps a second, tasks above 50 ms: ${tasks.join(", ") || "none"}`);
        }
        const { shifts } = await page.evaluate(() => window.entries);
        console.log(`${name}: ${loaded}`);
        assert.deepEqual(shifts, []);
        assert.deepEqual(page.problems, []);
        await page.context().close();
    });
}

test("nothing moves: a processor that is 4 times as slow", async () => {
    const slow = async (page) => {
        const session = await page.context().newCDPSession(page);
        await session.send("Emulation.setCPUThrottlingRate", { rate: 4 });
    };
    for (const [name, size] of Object.entries(sizes)) {
        const page = await open({ script: noteEntries, prepare: slow, ...size });
        await ready(page);
        await settled(page);
        console.log(`${name}, 4 times as slow: ${await loadingTimes(page)}`);
        assert.deepEqual((await page.evaluate(() => window.entries)).shifts, []);
        assert.deepEqual(page.problems, []);
        await page.context().close();
    }
});

function loadingTimes(page) {
    return page.evaluate(() => {
        const { picture, ready } = window.entries;
        const paint = performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
        return `first paint after ${Math.round(paint)} ms, first picture after ${Math.round(picture)} ms, ready after ${Math.round(ready)} ms`;
    });
}

/** Trains for two seconds; returns how many pictures were drawn in a second. */
async function train(page) {
    await page.click("#play");
    const result = await page.evaluate(() => new Promise((resolve) => {
        const begun = performance.now();
        let frames = 0;
        const frame = (now) => {
            frames += 1;
            if (now - begun < 2000) requestAnimationFrame(frame);
            else resolve({ frames: Math.round(frames / 2), begun });
        };
        requestAnimationFrame(frame);
    }));
    if ((await state(page)).running) await page.click("#play");
    return result;
}
