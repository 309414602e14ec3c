import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, it } from "vitest";
import type { OperationTaskView } from "../../src/task/task-view.ts";
import { eventually, hasBrowser, launchBrowser, openPage } from "./support/browser.ts";
import { openGate, type Gate } from "./support/gate.ts";
import { scriptOf } from "./support/scripts.ts";
import { startServe, type ServeProcess } from "./support/serve-process.ts";

describe.skipIf(!hasBrowser)("the page keeps up", () => {
  let browser: Browser;
  let server: ServeProcess;
  let gate: Gate;

  beforeAll(async () => {
    gate = await openGate();
    [browser, server] = await Promise.all([launchBrowser(), startServe({ allow: [gate.host] })]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await gate?.close();
  });

  /** A hook with two checkpoints that waits at the gate `name` between them. */
  const gated = (name: string): string =>
    scriptOf(`  await ctx.registerCheckpoints([{ id: "one", message: "First part" }, { id: "two", message: "Second part" }]);
  await ctx.emitCheckpoint("one");
  await fetch(${JSON.stringify(gate.at(name))});
  await ctx.emitCheckpoint("two");`);

  const install = async (name: string): Promise<OperationTaskView> =>
    await server.call("POST", "/v1/installs", { script: gated(name), scriptFile: `${name}.json` });

  const checkpoints = (page: Page) => page.getByRole("list", { name: "Checkpoints" }).getByRole("listitem");

  const atGate = async (page: Page): Promise<void> => {
    await eventually(async () => await checkpoints(page).allInnerTexts()).toEqual([
      "done:\nFirst part",
      "under way:\nSecond part",
    ]);
  };

  const waitForDone = async (page: Page): Promise<void> => {
    await page.locator(".task-head").getByText("Done", { exact: true }).waitFor();
    await eventually(async () => await checkpoints(page).allInnerTexts()).toEqual([
      "done:\nFirst part",
      "done:\nSecond part",
    ]);
  };

  it("over a reload in the middle, with the same task and step open", async () => {
    const { page } = await openPage(browser, server);
    const { id } = await install("reloaded");
    await page.goto(`${server.url}/#/tasks/${id}`);
    await gate.reached("reloaded");
    await atGate(page);
    await page.reload();
    await atGate(page);
    await page.getByRole("button", { name: /Create the app/ }).click();
    await page.getByRole("region", { name: "Create the app" }).waitFor();
    await page.reload();
    await page.getByRole("region", { name: "Create the app" }).waitFor();
    await page.getByRole("button", { name: /Setting up the app/ }).click();
    gate.open("reloaded");
    await waitForDone(page);
  });

  it("in two tabs and on a second device in step", async () => {
    const { page } = await openPage(browser, server);
    const tab = await page.context().newPage();
    const { page: device } = await openPage(browser, server, { viewport: { width: 390, height: 780 } });
    const { id } = await install("shared");
    await page.locator(".task-row").getByText("Install shared").click();
    for (const other of [tab, device]) await other.goto(`${server.url}/#/tasks/${id}`);
    await gate.reached("shared");
    for (const each of [page, tab, device]) await atGate(each);
    gate.open("shared");
    for (const each of [page, tab, device]) await waitForDone(each);
  });

  it("over a server that is killed in the middle: says it is offline, then goes on where the hook was", async () => {
    const { page } = await openPage(browser, server);
    const { id } = await install("killed");
    await page.goto(`${server.url}/#/tasks/${id}`);
    await gate.reached("killed");
    await atGate(page);
    await server.kill9();
    await page.getByText("Offline", { exact: true }).waitFor();
    await atGate(page);
    await server.start();
    await page.getByText("Live", { exact: true }).waitFor();
    gate.open("killed");
    await waitForDone(page);
  });

  it("where streams never get through, by asking again", async () => {
    const { page } = await openPage(browser, server);
    await page.route("**/v1/events*", (route) => route.abort());
    const { id } = await install("polled");
    await page.goto(`${server.url}/?again#/tasks/${id}`);
    await page.getByText("Delayed", { exact: true }).waitFor();
    await gate.reached("polled");
    await atGate(page);
    gate.open("polled");
    await waitForDone(page);
  });
});
