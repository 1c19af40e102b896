// Opens the page in chromium, from the server of `cargo xtask playground`. The environment says where things are:
//
//     PLAYGROUND_PROGRAM   the program behind `cargo xtask playground`
//     PLAYGROUND_FOLDER    the folder of the page, with its WebAssembly
//     PLAYGROUND_PACKAGES  the folder with the node_modules of package.json
//     PLAYGROUND_PICTURES  the folder for screenshots
//     CHROMIUM             the browser; chromium without it

import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";

const { PLAYGROUND_PROGRAM, PLAYGROUND_FOLDER, PLAYGROUND_PACKAGES, PLAYGROUND_PICTURES, CHROMIUM } = process.env;

/** Packages are in a folder of their own, where an `import` does not find them. */
export const packages = createRequire(join(PLAYGROUND_PACKAGES, "package.json"));
const { chromium } = packages("playwright-core");

/** Serves a folder; returns its address and a function that ends the server. */
export async function serve(folder = PLAYGROUND_FOLDER) {
    const server = spawn(PLAYGROUND_PROGRAM, ["--folder", folder, "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
    for await (const line of createInterface({ input: server.stdout })) {
        return { address: line.split(" ")[0], end: () => server.kill() };
    }
    throw new Error(`${PLAYGROUND_PROGRAM} prints no address`);
}

/** Starts chromium. No host name but 127.0.0.1 has an address. */
export function launch() {
    const args = ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"];
    if (process.getuid?.() === 0) args.push("--no-sandbox");
    return chromium.launch({ executablePath: CHROMIUM, args });
}

/**
 * Opens a page in a context of its own. `page.problems` collects what must not happen: messages of the console, uncaught
 * errors, failed requests, and requests to another host. `prepare` is called with the page before it is loaded.
 */
export async function open(browser, address, { fragment = "", file = "", script, prepare, ...options } = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    if (script) await page.addInitScript(script);
    const { origin } = new URL(address);
    page.problems = [];
    page.on("console", (message) => {
        if (["error", "warning"].includes(message.type())) page.problems.push(message.text());
    });
    page.on("pageerror", (error) => page.problems.push(String(error)));
    page.on("requestfailed", (request) => page.problems.push(`failed: ${request.url()} ${request.failure()?.errorText}`));
    context.on("request", (request) => {
        const isHere = [`${origin}/`, `blob:${origin}/`, "data:"].some((begin) => request.url().startsWith(begin));
        if (!isHere) page.problems.push(`request: ${request.url()}`);
    });
    await prepare?.(page);
    await page.goto(`${address}${file}${fragment}`);
    return page;
}

/** Waits until the page shows the bits of its training. */
export async function ready(page) {
    await page.waitForFunction(() => /^[0-9a-f]{16}$/.test(document.querySelector("#bits").textContent));
}

export const bits = (page) => page.textContent("#bits");

/** Writes a screenshot for people. */
export async function picture(page, name) {
    await mkdir(PLAYGROUND_PICTURES, { recursive: true });
    await page.evaluate(() => scrollTo(0, 0));
    await page.screenshot({ path: join(PLAYGROUND_PICTURES, `${name}.png`), fullPage: true });
}

/** Starts a server and a browser for the tests of a file; `after` of node:test ends them. */
export async function start(after) {
    const [server, browser] = await Promise.all([serve(), launch()]);
    after(async () => {
        await browser.close();
        server.end();
    });
    return { browser, address: server.address, open: (options) => open(browser, server.address, options) };
}

/** The parts of the page's state that are small. */
export function state(page) {
    return page.evaluate(async () => {
        const { state } = await import(new URL("state.js", document.baseURI).href);
        const { config, description, problem, status, running, shownEpoch, selection, chosen, view, tool, catalogue } = state;
        const task = state.examples?.task;
        return structuredClone({ config, description, problem, status, running, shownEpoch, selection, chosen, view, tool, catalogue, task });
    });
}

/** Waits until the worker has done everything that was asked of it, and the page shows it. */
export async function settled(page) {
    await page.evaluate(async () => {
        const { engine } = await import(new URL("engine.js", document.baseURI).href);
        for (let round = 0; round < 2; round += 1) {
            // Without a training the call is an error, which says as much.
            await engine.playground("bits").catch(() => {});
            await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
        }
    });
}

/** Writes into a field, and leaves it. */
export async function type(page, selector, value) {
    await page.fill(selector, String(value));
    await page.locator(selector).blur();
    await settled(page);
}

export async function choose(page, selector, value) {
    await page.selectOption(selector, value);
    await settled(page);
}

export async function click(page, selector, options) {
    await page.click(selector, options);
    await settled(page);
}

/** Chooses one of a row of radio buttons, which are hidden in their labels. */
export const pick = (page, id) => click(page, `label:has(#${id})`);

/** Begins a training with a configuration, as the page itself does. */
export async function configure(page, config, options = {}) {
    await page.evaluate(async ([config, options]) => {
        const { configure } = await import(new URL("training.js", document.baseURI).href);
        await configure(config, options);
    }, [config, options]);
    await settled(page);
}

/** The fragment of a link. */
export function link(page, content) {
    return page.evaluate(async (content) => {
        const { encodeLink } = await import(new URL("link.js", document.baseURI).href);
        return encodeLink(content);
    }, content);
}
