import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { expect, inject, onTestFinished } from "vitest";
import { findServerProgram } from "../../support/servers.ts";
import type { ServeProcess } from "./serve-process.ts";

/** False when no browser is installed; `describe.skipIf(!hasBrowser)`. */
export const hasBrowser: boolean = inject("servers").chromium;

/** Chromium without a window. The caller closes it. */
export async function launchBrowser(): Promise<Browser> {
  return await chromium.launch({
    executablePath: findServerProgram("chromium") ?? "chromium",
    // Chromium's own sandbox does not start as root, as which containers run.
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });
}

const picture =
  '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8"/></svg>';

export interface OpenedPage {
  page: Page;
  /** What went wrong in the page: errors thrown, and what the browser complained about. */
  complaints: string[];
}

/** A page in a profile of its own, signed in to the server; it is closed after the test. */
export async function openPage(
  browser: Browser,
  server: ServeProcess,
  options: BrowserContextOptions = {},
): Promise<OpenedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  onTestFinished(async () => await context.close());
  await context.addInitScript(`localStorage.setItem("tacklebox.token", ${JSON.stringify(server.token)})`);
  // Pictures of apps come from anywhere; a test has no network.
  await context.route(
    (url) => url.hostname !== "127.0.0.1",
    (route) => route.fulfill({ contentType: "image/svg+xml", body: picture }),
  );
  const page = await context.newPage();
  const complaints = listen(page);
  await page.goto(server.url);
  await page.getByText("Live", { exact: true }).waitFor();
  return { page, complaints };
}

/** Collects what goes wrong in a page from now on. */
function listen(page: Page): string[] {
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.stack ?? error.message));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  return complaints;
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Expects that axe finds nothing wrong with what the page shows now. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(axeSource);
  const violations = await page.evaluate(`axe.run(document, { resultTypes: ["violations"] }).then((result) =>
    result.violations.map(({ id, nodes }) => id + ": " + nodes.map((node) => node.html.slice(0, 200) + " " + node.any.concat(node.all).map((check) => check.message).join("; ")).join(" | ")))`);
  expect(violations).toEqual([]);
}

/** Expects that the page fits its window: nothing to be scrolled sideways. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const tooWide = await page.evaluate(`(() => {
    const width = document.documentElement.clientWidth;
    return [...document.querySelectorAll("main *, header *, dialog *")]
      .filter((element) => element.getBoundingClientRect().right > width + 1 && !element.closest(".chips, pre, .editor, .log-rows, .visually-hidden"))
      .map((element) => element.outerHTML.slice(0, 120));
  })()`);
  expect(tooWide).toEqual([]);
  const { scroll, client } = await page.evaluate<{ scroll: number; client: number }>(
    "({ scroll: document.documentElement.scrollWidth, client: document.documentElement.clientWidth })",
  );
  expect(scroll).toBeLessThanOrEqual(client);
}

/** Waits until what the function gives is as expected. */
export function eventually<T>(look: () => Promise<T>): ReturnType<typeof expect.poll<T>> {
  return expect.poll(look, { timeout: 40_000 });
}
