import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OperationTaskView } from "../../src/task/task-view.ts";
import {
  expectAccessible,
  expectNoSidewaysScroll,
  hasBrowser,
  launchBrowser,
  openPage,
} from "./support/browser.ts";
import { openGate, type Gate } from "./support/gate.ts";
import { scriptOf } from "./support/scripts.ts";
import { startServe, type ServeProcess } from "./support/serve-process.ts";
import { waitForStatus } from "./support/wait-for-status.ts";

const asking = scriptOf(
  '  await ctx.awaitCheckpointRetry("one", "The disk is full", [{ label: "Free", value: "0 B" }]);',
  {
    inputs: [
      {
        type: "question",
        id: "name",
        question: { question: "Name", type: "text", key: "name", required: true, placeholder: "A name" },
      },
      { type: "question", id: "code", question: { question: "Code", type: "password", key: "code" } },
    ],
  },
);

describe.skipIf(!hasBrowser)("the page is there for everybody", () => {
  let browser: Browser;
  let server: ServeProcess;
  let gate: Gate;
  let asked: OperationTaskView;
  let failed: OperationTaskView;

  const install = async (name: string, script: string, more: object = {}): Promise<OperationTaskView> =>
    await server.call("POST", "/v1/installs", { script, scriptFile: `${name}.json`, ...more });

  beforeAll(async () => {
    gate = await openGate();
    [browser, server] = await Promise.all([launchBrowser(), startServe({ allow: [gate.host] })]);
    asked = await install("asked", asking);
    failed = await install("failed", scriptOf("  const settings = undefined;\n  settings.port = 1;"));
    for (const { id } of [asked, failed]) {
      await waitForStatus(server, id, /^AWAITING/);
    }
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await gate?.close();
  });

  /** Each main view, and how to tell that it is there. */
  const views: { name: string; open(page: Page): Promise<void> }[] = [
    { name: "the list of tasks", open: async (page) => await page.getByText("Install failed").waitFor() },
    {
      name: "a task that failed",
      open: async (page) => {
        await page.goto(`${server.url}/#/tasks/${failed.id}`);
        await page.getByRole("region", { name: "What went wrong" }).waitFor();
      },
    },
    {
      name: "its log",
      open: async (page) => {
        await page.goto(`${server.url}/#/tasks/${failed.id}?show=log`);
        await page.getByRole("log").waitFor();
      },
    },
    {
      name: "the input dialog",
      open: async (page) => {
        await page.goto(`${server.url}/#/tasks/${asked.id}`);
        await page.getByRole("button", { name: "Answer" }).click();
        await page.getByRole("dialog").getByLabel("Name").waitFor();
      },
    },
    {
      name: "the catalog",
      open: async (page) => {
        await page.goto(`${server.url}/#/catalog`);
        await page
          .getByRole("link", { name: /^Install / })
          .first()
          .waitFor();
      },
    },
    {
      name: "the install dialog",
      open: async (page) => {
        await page.goto(`${server.url}/#/catalog/mediabox.json`);
        await page.getByRole("dialog").getByRole("switch").first().waitFor();
      },
    },
    {
      name: "Expert mode",
      open: async (page) => {
        await page.goto(`${server.url}/#/expert`);
        await page.getByLabel("Install script").fill(asking.replace("onAfterInstall", "onAfterInstal"));
        await page.getByText("1 error.").waitFor();
      },
    },
    {
      name: "the history",
      open: async (page) => {
        await page.goto(`${server.url}/#/history`);
        await page.getByRole("heading", { name: "History" }).waitFor();
      },
    },
  ];

  it.each(views)(
    "with a screen reader: axe finds nothing in $name, in light and in dark",
    async ({ open }) => {
      for (const colorScheme of ["light", "dark"] as const) {
        const { page, complaints } = await openPage(browser, server, {
          colorScheme,
          reducedMotion: "reduce",
        });
        await open(page);
        await expectAccessible(page);
        expect(complaints).toEqual([]);
      }
    },
  );

  it.each(views)("on a phone: nothing of $name sticks out sideways at 360 px", async ({ open }) => {
    const { page } = await openPage(browser, server, {
      viewport: { width: 360, height: 740 },
      isMobile: true,
      hasTouch: true,
    });
    await open(page);
    await expectNoSidewaysScroll(page);
  });

  it("by keyboard alone: to the task, into the dialog and out of it, and through to the answer", async () => {
    const { page } = await openPage(browser, server);
    const { id } = await install("typed", asking);
    await waitForStatus(server, id, /^AWAITING_INPUT$/);
    await page.keyboard.press("Tab");
    expect(await focused(page)).toBe("Skip to the content");
    await page.keyboard.press("Enter");
    await tabTo(page, /Install typed/);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Answer" }).waitFor();
    await tabTo(page, /^Answer$/);
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect(await focused(page)).toBe("Answer");
    await page.keyboard.press("Enter");
    await dialog.waitFor();
    for (let press = 0; press < 12; press += 1) {
      await page.keyboard.press("Tab");
      expect(
        await page.evaluate(
          "document.activeElement === document.body || document.activeElement.closest('dialog') !== null",
        ),
      ).toBe(true);
    }
    await dialog.getByLabel("Name").focus();
    await page.keyboard.press("Enter");
    await dialog.getByText("This question must be answered.").waitFor();
    expect(await page.evaluate("document.activeElement.getAttribute('aria-invalid')")).toBe("true");
    await page.keyboard.type("Living room");
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Skip" }).waitFor();
    await tabTo(page, /^Skip$/);
    await page.keyboard.press("Enter");
    await page.locator(".task-head").getByText("Done", { exact: true }).waitFor();
  });

  it("with a screen reader: each new state is announced politely", async () => {
    const { page } = await openPage(browser, server);
    await install("announced", scriptOf(`  await fetch(${JSON.stringify(gate.at("announced"))});`));
    await gate.reached("announced");
    await page.locator(".task-row-title", { hasText: "Install announced" }).waitFor();
    gate.open("announced");
    const spoken = page.locator("[aria-live=polite]", { hasText: "Install announced: Done." });
    await spoken.waitFor({ state: "attached" });
  });

  it("without jumps: nothing on the page moves while tasks update", async () => {
    const { page } = await openPage(browser, server);
    await page.addInitScript(`window.moved = [];
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries())
          if (!entry.hadRecentInput) window.moved.push({ value: entry.value, what: entry.sources.map(({ node }) => node?.className ?? node?.nodeName) });
      }).observe({ type: "layout-shift", buffered: true });`);
    const names = ["one", "two", "three", "four", "five", "six"];
    const body = names.map(
      (name) => `  await fetch(${JSON.stringify(gate.at("jumps-"))} + "${name}");
  ctx.log("${name}");
  await ctx.emitCheckpoint("${name}", "Part ${name}");`,
    );
    const { id } = await install("steady", scriptOf(body.join("\n")));
    await page.goto(`${server.url}/?steady#/tasks/${id}`);
    for (const name of names) {
      await gate.reached(`jumps-${name}`);
      gate.open(`jumps-${name}`);
    }
    await page.locator(".task-head").getByText("Done", { exact: true }).waitFor();
    await page.getByText("Part six").waitFor();
    const moved = await page.evaluate<{ value: number; what: string[] }[]>("window.moved");
    expect(moved.filter(({ value }) => value > 0.001)).toEqual([]);
  });

  it("in the colours of the system, or in those that were chosen, also after a reload", async () => {
    const { page } = await openPage(browser, server, { colorScheme: "dark" });
    const background = async (): Promise<string> =>
      await page.evaluate("getComputedStyle(document.querySelector('.bar')).backgroundColor");
    expect(await background()).toBe("rgb(23, 29, 30)");
    await page.getByRole("button", { name: "Colours: as the system" }).click();
    expect(await background()).toBe("rgb(255, 255, 255)");
    await page.reload();
    await page.getByRole("button", { name: "Colours: light" }).waitFor();
    expect(await background()).toBe("rgb(255, 255, 255)");
  });
});

/** The name of what has the focus. */
async function focused(page: Page): Promise<string> {
  return await page.evaluate("document.activeElement?.innerText?.trim() ?? ''");
}

/** Presses Tab until what has the focus is called like that, and holds that it can be seen to have it. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let press = 0; press < 60; press += 1) {
    await page.keyboard.press("Tab");
    if (!name.test(await focused(page))) continue;
    expect(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")).toBe("solid");
    return;
  }
  throw new Error(`Tab never came to ${String(name)}`);
}
