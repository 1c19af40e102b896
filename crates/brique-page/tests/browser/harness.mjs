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
 * errors, failed requests, and requests to another host.
 */
export async function open(browser, address, { fragment = "", file = "", ...options } = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    const { origin } = new URL(address);
    page.problems = [];
    page.on("console", (message) => {
        if (["error", "warning"].includes(message.type())) page.problems.push(message.text());
    });
    page.on("pageerror", (error) => page.problems.push(String(error)));
    page.on("requestfailed", (request) => page.problems.push(`failed: ${request.url()}`));
    context.on("request", (request) => {
        const isHere = [`${origin}/`, `blob:${origin}/`, "data:"].some((begin) => request.url().startsWith(begin));
        if (!isHere) page.problems.push(`request: ${request.url()}`);
    });
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
    await page.screenshot({ path: join(PLAYGROUND_PICTURES, `${name}.png`), fullPage: true });
}
