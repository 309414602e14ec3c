import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { chromium, type Browser } from "playwright-core";
import { startServe } from "../test/support/serve-program.ts";
import { findServerProgram } from "../test/support/servers.ts";
import { onEachPlace } from "./datastores.ts";
import { measureInTurns, type BenchSettings, type Row } from "./measure.ts";

const goalMs = 1000;
const mostRounds = 20;

/**
 * The activity center in a browser that has never seen it: from the request to the first paint. The floor is a page of one
 * line from a bare server.
 */
export async function page(settings: BenchSettings): Promise<Row[]> {
  const executablePath = findServerProgram("chromium");
  if (executablePath === null) {
    settings.say("page: left out, chromium is not installed");
    return [];
  }
  return await onEachPlace({ ...settings, datastores: ["pglite"] }, async ({ connection: { url, key } }) => {
    const served = await startServe(url, { env: { TACKLEBOX_KEY: key } });
    const bare = await serveLine();
    // Chromium's own sandbox does not start as root, as which containers run.
    const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
    const browser = await chromium.launch({ executablePath, args });
    try {
      const { figure, floor } = await measureInTurns(Math.min(settings.rounds, mostRounds), {
        figure: () => firstPaint(browser, served.url),
        floor: () => firstPaint(browser, bare.url),
      });
      return [
        {
          subject: "page",
          name: "the activity center on a cold load, request to first contentful paint",
          unit: "ms",
          figure,
          floor: { name: "one line of text, bare server", summary: floor },
          goal: { kind: "value", below: goalMs },
        },
      ];
    } finally {
      await browser.close();
      await served.stop();
      await bare.close();
    }
  });
}

/** In a profile of its own, so that nothing is cached. */
async function firstPaint(browser: Browser, url: string): Promise<number> {
  const context = await browser.newContext();
  try {
    const opened = await context.newPage();
    await opened.goto(url);
    return await opened.evaluate<number>(`new Promise((resolve) => {
      new PerformanceObserver((list) => {
        const [entry] = list.getEntriesByName("first-contentful-paint");
        if (entry !== undefined) resolve(entry.startTime);
      }).observe({ type: "paint", buffered: true });
    })`);
  } finally {
    await context.close();
  }
}

async function serveLine(): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "text/html");
    response.end("<!doctype html><title>bare</title><p>One line.");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
