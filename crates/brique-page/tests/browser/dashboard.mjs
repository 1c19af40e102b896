// Uses the dashboard of the example `dashboard` in a real browser: every control once.
//
// node dashboard.mjs PROGRAM PAGE [SCREENSHOTS]
//     PROGRAM is the compiled example, PAGE the folder docs/playground; with a third folder, it writes screenshots there.
// The environment variables PLAYGROUND_PACKAGES and CHROMIUM are those of harness.mjs.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { createInterface } from "node:readline";

import { launch, packages } from "./harness.mjs";

const [program, pageFolder, screenshots] = process.argv.slice(2);
assert(program && pageFolder, "usage: node dashboard.mjs PROGRAM PAGE [SCREENSHOTS]");
const axeSource = packages.resolve("axe-core/axe.min.js");

const folder = await mkdtemp(join(tmpdir(), "brique-dashboard-"));
const training = spawn(program, [folder], { stdio: ["pipe", "pipe", "inherit"] });
const lines = createInterface({ input: training.stdout })[Symbol.asyncIterator]();
const address = (await lines.next()).value;
const browser = await launch();
try {
    await aRunningTraining();
    await theFilesOfRuns();
    console.log("dashboard: every control works");
} finally {
    await browser.close();
    training.kill();
    await rm(folder, { recursive: true });
}

/** Opens a page that may ask only this host, and whose console has to stay empty. */
async function openPage(url, options = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "en-GB", ...options });
    const page = await context.newPage();
    const problems = [];
    page.problems = problems;
    page.isProgramGone = false;
    page.on("console", (message) => {
        const isLostConnection = page.isProgramGone && message.text().includes("ERR_CONNECTION_REFUSED");
        if (["error", "warning"].includes(message.type()) && !isLostConnection) problems.push(message.text());
    });
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("request", (request) => {
        const to = new URL(request.url());
        if (to.protocol !== "data:" && to.host !== new URL(url).host) problems.push(`request to ${request.url()}`);
    });
    await page.goto(url);
    return page;
}

async function aRunningTraining() {
    const page = await openPage(address);
    const adam = page.locator(".run", { hasText: "Adam" });
    const sgd = page.locator(".run", { hasText: "SGD" });
    await page.getByText("Connected to the program.").waitFor();
    await adam.getByText("running").waitFor();
    const titles = ["Loss", "accuracy", "Loss of single batches", "Learning rate", "Time of an epoch (ms)",
        "Size of δ by layer: Adam", "Size of the gradient by layer: Adam", "Size of δ by layer: SGD",
        "Size of the gradient by layer: SGD"];
    for (const title of titles) await page.getByRole("heading", { name: title, exact: true }).waitFor();
    assert.equal(await page.locator("canvas").count(), titles.length);
    await theNumbersGrow(adam);
    await looksGood(page, "running");

    await page.getByRole("checkbox", { name: "SGD" }).uncheck();
    assert.equal(await page.getByRole("heading", { name: /SGD/ }).count(), 0);
    await page.getByRole("checkbox", { name: "SGD" }).check();
    await page.getByRole("heading", { name: "Size of δ by layer: SGD" }).waitFor();
    await page.getByRole("checkbox", { name: "Loss on a logarithmic axis" }).uncheck();

    await page.getByLabel("Language").selectOption("fr");
    await page.getByRole("heading", { name: "Pas d’apprentissage" }).waitFor();
    await page.getByLabel("Thème").selectOption("dark");
    await looksGood(page, "french-dark");
    await page.getByLabel("Langue").selectOption("en");
    await page.getByLabel("Theme").selectOption("system");

    // With the keyboard: the question is closed without an answer, then answered.
    await page.getByRole("button", { name: "Stop: Adam" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Stop the run “Adam”?" }).waitFor();
    await looksGood(page, "question");
    await page.keyboard.press("Escape");
    await theNumbersGrow(adam);
    await page.getByRole("button", { name: "Stop: Adam" }).click();
    await page.getByRole("button", { name: "Let it run" }).click();
    await page.getByRole("button", { name: "Stop: Adam" }).click();
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    await adam.getByText("stopped").waitFor();
    await sgd.getByText("running").waitFor();

    const phone = await openPage(address, { viewport: { width: 360, height: 740 }, colorScheme: "dark" });
    await phone.getByRole("heading", { name: "Size of δ by layer: SGD" }).waitFor();
    await looksGood(phone, "phone");
    await phone.getByRole("button", { name: "Stop: SGD" }).click();
    await phone.getByRole("button", { name: "Stop", exact: true }).click();
    await sgd.getByText("stopped").waitFor();
    assert.deepEqual(phone.problems, []);
    await phone.close();

    assert.match((await lines.next()).value, /Both runs have ended/);
    page.isProgramGone = true;
    training.stdin.end("\n");
    await once(training, "exit");
    await page.getByText("The program does not respond. The last numbers stay.").waitFor();
    assert.equal(await page.locator("canvas").count(), titles.length);
    assert.deepEqual(page.problems, []);
    await page.close();
}

/** The number of steps of a run is larger after a while. */
async function theNumbersGrow(run) {
    const steps = async () => Number(await run.locator("dd").nth(1).textContent());
    const before = await steps();
    for (let tries = 0; tries < 100; tries += 1) {
        if ((await steps()) > before) return;
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.fail("the page shows nothing new");
}

/** The page from a file server opens what the program wrote. */
async function theFilesOfRuns() {
    const server = createServer(async (request, response) => {
        const path = new URL(request.url, "http://localhost").pathname;
        const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
        try {
            const content = await readFile(join(pageFolder, path));
            response.writeHead(200, { "content-type": types[extname(path)] ?? "text/plain" }).end(content);
        } catch {
            response.writeHead(404).end();
        }
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const page = await openPage(`http://127.0.0.1:${server.address().port}/dashboard.html`);
    await page.getByText("No program: open the files of runs.").waitFor();
    await page.getByText("No run yet.").waitFor();
    const input = page.getByLabel("Open files of runs");
    await input.setInputFiles([join(folder, "adam.jsonl"), join(folder, "sgd.jsonl")]);
    await page.locator(".run", { hasText: "SGD" }).getByText("stopped").waitFor();
    await page.getByRole("heading", { name: "Size of the gradient by layer: SGD" }).waitFor();
    await looksGood(page, "files");
    await page.getByRole("button", { name: "Remove: SGD" }).click();
    assert.equal(await page.getByRole("heading", { name: /SGD/ }).count(), 0);

    const wrong = join(folder, "wrong.jsonl");
    for (const [content, reason] of [["", "empty"], ["loss", "line 1: no JSON"], ["{}", "line 1: no run of format 1"]]) {
        await writeFile(wrong, content);
        await input.setInputFiles(wrong);
        await page.getByText(`wrong.jsonl is not the file of a run (${reason}).`).waitFor();
    }
    assert.equal(await page.locator(".run").count(), 1);
    assert.deepEqual(page.problems, []);
    await page.close();
    server.close();
}

/** No violation of axe-core, no sideways scrolling; and a picture if there is a folder for it. */
async function looksGood(page, name) {
    await page.evaluate(await readFile(axeSource, "utf8"));
    const found = await page.evaluate(() => globalThis.axe.run());
    const violations = found.violations.map((rule) => `${rule.id}: ${rule.nodes.map((node) => node.html).join(" ")}`);
    assert.deepEqual(violations, [], name);
    const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
    assert(inner <= outer, `${name}: ${inner} px are wider than the page, ${outer} px`);
    if (screenshots) await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
}
