// A table of one's own with mistakes gives the reader's message, the same as natively.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, test } from "node:test";
import { promisify } from "node:util";

import { choose, picture, ready, settled, start, state, type } from "./harness.mjs";

const run = promisify(execFile);
const { PLAYGROUND_BITS } = process.env;
const { open } = await start(after);
const page = await open();
await ready(page);
await choose(page, "#data-kind", "csv");

/** The message of the native run. */
async function native(config) {
    const failed = await run(PLAYGROUND_BITS, [JSON.stringify(config), "0"]).catch((error) => error);
    return failed.stderr.trim();
}

const rows = (count, row) => Array.from({ length: count }, (_, index) => row(index)).join("\n");
const mistakes = {
    "a short line": `a,b,c\n${rows(5, (i) => `${i},${i * 2},${i % 2}`)}\n7,8\n`,
    "a text among numbers": `a,b,c\n${rows(5, (i) => `${i},${i * 2},${i % 2}`)}\n7,eight,1\n`,
    "a missing value": `a,b,c\n${rows(5, (i) => `${i},${i * 2},${i % 2}`)}\n7,,1\n`,
    "an open quotation mark": `a,b,c\n1,2,0\n"3,4,1\n`,
    "two columns with one name": `a,a,c\n1,2,0\n3,4,1\n`,
    "a header alone": "a,b,c\n",
    "nothing": "",
};

for (const [name, table] of Object.entries(mistakes)) {
    test(name, async () => {
        await type(page, "#csv-text", "a,b,c\n1,2,0\n3,4,1\n5,6,0\n7,8,1\n");
        await type(page, "#csv-text", table);
        const shown = (await page.textContent("#csv-message")) || (await page.textContent("#data-message"));
        assert.notEqual(shown, "");
        const { config } = await state(page);
        assert.equal(`error: ${shown}`, await native({ ...config, data: { ...config.data, text: table } }));
    });
}

test("the mistake can be mended", async () => {
    await type(page, "#csv-text", `a,b,c\n${rows(20, (i) => `${i},${i * 2},${i % 2}`)}\n`);
    assert.equal(await page.textContent("#csv-message"), "");
    assert.equal((await state(page)).problem, null);
});

test("a table is dropped", async () => {
    await page.evaluate(() => {
        const data = new DataTransfer();
        data.items.add(new File(["u,v,w\n1,2,0\n3,4,1\n5,6,0\n7,8,1\n"], "own.csv"));
        document.querySelector("#csv-text").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
    });
    await page.waitForFunction(() => document.querySelector("#csv-x_1")?.value === "u");
    await settled(page);
    assert.equal((await state(page)).problem, null);
    await picture(page, "table");
});

test("nothing went wrong", () => assert.deepEqual(page.problems, []));
