import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OperationTaskView } from "../../src/task/task-view.ts";
import { eventually, hasBrowser, launchBrowser, openPage } from "./support/browser.ts";
import { scriptOf } from "./support/scripts.ts";
import { startServe, type ServeProcess } from "./support/serve-process.ts";

const twice = `  await ctx.registerCheckpoints([{ id: "copy", message: "Copying" }, { id: "check", message: "Checking" }]);
  const decision = await ctx.awaitCheckpointRetry("copy", "The disk is full", [{ label: "Free", value: "0 B" }]);
  if (decision === "skip") await ctx.skipCheckpoint("copy", "Copying was left out");
  else await ctx.emitCheckpoint("copy", "Copied");
  await ctx.emitCheckpoint("check");`;

describe.skipIf(!hasBrowser)("a person's decisions on the page", () => {
  let browser: Browser;
  let server: ServeProcess;

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchBrowser(), startServe()]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  const install = async (name: string, script: string): Promise<OperationTaskView> =>
    await server.call("POST", "/v1/installs", { script, scriptFile: `${name}.json`, labels: { test: name } });

  /** Installs, opens the task, and waits until its hook waits for a decision. */
  const installAndWait = async (
    name: string,
    script: string,
  ): Promise<{ page: Page; complaints: string[] }> => {
    const opened = await openPage(browser, server);
    const { id } = await install(name, script);
    await opened.page.goto(`${server.url}/#/tasks/${id}`);
    await opened.page.getByRole("button", { name: "Retry", exact: true }).waitFor();
    return opened;
  };

  const checkpointsOf = async (page: Page): Promise<string[]> =>
    await page.getByRole("list", { name: "Checkpoints" }).getByRole("listitem").allInnerTexts();

  const waitForEnd = async (page: Page, word: string): Promise<void> =>
    await page.locator(".task-head").getByText(word, { exact: true }).waitFor();

  it("sees why a checkpoint failed, and retries it", async () => {
    const { page, complaints } = await installAndWait("retried", scriptOf(twice));
    const error = page.getByRole("region", { name: "What went wrong" });
    await error.getByRole("heading", { name: "The disk is full" }).waitFor();
    await error.getByText("0 B").waitFor();
    expect(await checkpointsOf(page)).toEqual([
      "failed, waits for Retry or Skip:\nCopying",
      "to come:\nChecking",
    ]);
    await page.getByRole("button", { name: "Retry", exact: true }).click();
    await waitForEnd(page, "Done");
    expect(await checkpointsOf(page)).toEqual(["done:\nCopied", "done:\nChecking"]);
    expect(complaints).toEqual([]);
  });

  it("skips a checkpoint", async () => {
    const { page } = await installAndWait("skipped", scriptOf(twice));
    await page.getByRole("button", { name: "Skip" }).click();
    await waitForEnd(page, "Done");
    expect(await checkpointsOf(page)).toEqual(["skipped:\nCopying was left out", "done:\nChecking"]);
  });

  it("sees the author's own line of a hook that threw, mends it, and retries with the mended script", async () => {
    const broken = scriptOf("  const settings = undefined;\n  settings.port = 1;");
    const { page } = await installAndWait("threw", broken);
    const error = page.getByRole("region", { name: "What went wrong" });
    await error.locator("figcaption", { hasText: "threw.json:" }).waitFor();
    await error.getByText("settings.port = 1;").waitFor();
    await page.getByRole("button", { name: "Retry fresh" }).click();
    const dialog = page.getByRole("dialog", { name: "Retry fresh" });
    await dialog.getByLabel("Install script").fill(broken.replace('"setup"', '"set-up"'));
    await dialog.getByRole("button", { name: "Retry with this script" }).click();
    await dialog.getByRole("status").getByText("setup").waitFor();
    await dialog.getByLabel("Install script").fill(broken.replace("undefined", "{}"));
    await dialog.getByRole("button", { name: "Retry with this script" }).click();
    await waitForEnd(page, "Done");
    await page.getByText("attempt 2 of").waitFor();
  });

  it("retries with another answer: the dialog opens by itself and has the earlier ones, but no password", async () => {
    const ask = (id: string, type: string, required = true): object => ({
      type: "question",
      id,
      question: { question: `Your ${id}`, type, key: id, required },
    });
    const script = JSON.parse(
      scriptOf(`  if (ctx.inputs.password !== "right-one") ctx.fail("It was not " + ctx.inputs.name);
  ctx.log("known as " + ctx.inputs.alias);`),
    ) as { hooks: object[] };
    script.hooks = script.hooks.map((hook) => ({
      ...hook,
      inputs: [ask("name", "text"), ask("alias", "text", false), ask("password", "password")],
    }));
    const { page, complaints } = await openPage(browser, server);
    const { id } = await install("mistyped", JSON.stringify(script));
    await page.goto(`${server.url}/#/tasks/${id}`);
    await page.getByRole("button", { name: "Answer" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Your name").fill("Ada");
    await dialog.getByLabel("Your alias").fill("Countess");
    await dialog.getByLabel("Your password").fill("wrong-one");
    await dialog.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("heading", { name: "It was not Ada" }).waitFor();
    await page.getByRole("button", { name: "Change answers" }).click();
    const password = dialog.getByLabel("Your password");
    await password.waitFor();
    expect(await dialog.getByLabel("Your name").inputValue()).toBe("Ada");
    expect(await password.inputValue()).toBe("");
    expect(await password.getAttribute("placeholder")).toBe("unchanged");
    expect(await page.content()).not.toContain("wrong-one");
    await dialog.getByLabel("Your alias").fill("");
    await password.fill("right-one");
    await dialog.getByRole("button", { name: "Continue" }).click();
    await waitForEnd(page, "Done");
    await page.getByText("attempt 2 of").waitFor();
    const told = await server.call("GET", `/v1/tasks/${id}?include=children,logs`);
    expect(JSON.stringify(told)).toContain("known as undefined");
    expect(complaints).toEqual([]);
  });

  it("cancels after a question, and can think better of it", async () => {
    const { page } = await installAndWait("cancelled", scriptOf(twice));
    const cancel = page.locator(".task-line").getByRole("button", { name: "Cancel" });
    await cancel.click();
    await page.getByRole("dialog").getByRole("button", { name: "Keep it" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await cancel.click();
    await page.getByRole("dialog").getByRole("button", { name: "Cancel it" }).click();
    await waitForEnd(page, "Cancelled");
    expect(await page.getByRole("button", { name: "Retry", exact: true }).count()).toBe(0);
  });

  it("sees buttons exactly as the server offers them, also those for what another device has just done", async () => {
    const { page } = await installAndWait("offered", scriptOf(twice));
    const { items } = await server.call<{ items: OperationTaskView[] }>(
      "GET",
      "/v1/tasks?kind=hook&active=true",
    );
    const hook = items.find(({ appName }) => appName === "offered");
    const offered = hook?.actions.map(({ name }) => name) ?? [];
    const labels = offered.flatMap((name) =>
      name === "retry" ? ["Retry", "Retry fresh"] : [name[0]?.toUpperCase() + name.slice(1)],
    );
    const buttons = page.locator(".step-panel .actions").getByRole("button");
    expect((await buttons.allInnerTexts()).toSorted()).toEqual(labels.toSorted());
    await server.call("POST", `/v1/tasks/${hook?.id}/skip`, {});
    await page.getByRole("button", { name: "Retry", exact: true }).waitFor({ state: "detached" });
  });

  it("dismisses what has ended, and finds it again under the dismissed", async () => {
    const { page } = await openPage(browser, server);
    const { id } = await install("dismissed", scriptOf('  ctx.log("done");'));
    await page.goto(`${server.url}/#/tasks/${id}`);
    await page.locator(".task-line").getByRole("button", { name: "Dismiss" }).click();
    await page.locator(".task-row-title", { hasText: "Install dismissed" }).waitFor({ state: "detached" });
    await page.getByText("More filters").click();
    await page.getByLabel("Dismissed tasks").check();
    const rows = page.locator(".task-row-title");
    await eventually(async () => await rows.allInnerTexts()).toEqual(["Install dismissed"]);
  });

  it("narrows the list by state, text and label, and finds the same after a reload", async () => {
    const { page } = await openPage(browser, server);
    const rows = page.locator(".task-row-title");
    await page.getByRole("button", { name: "Failed" }).click();
    await eventually(async () => await rows.allInnerTexts()).toEqual(["Install cancelled"]);
    await page.getByRole("button", { name: "All" }).click();
    await page.getByLabel("Search in titles").fill("threw");
    await eventually(async () => await rows.allInnerTexts()).toEqual(["Install threw"]);
    await page.getByLabel("Search in titles").fill("");
    await page.getByText("More filters").click();
    await page.getByLabel("Label").fill("test:skipped");
    await page.getByLabel("Label").press("Enter");
    await eventually(async () => await rows.allInnerTexts()).toEqual(["Install skipped"]);
    await page.reload();
    await eventually(async () => await rows.allInnerTexts()).toEqual(["Install skipped"]);
  });

  it("runs a hook of the history again, as a new task that names the old one", async () => {
    const { page } = await openPage(browser, server);
    const { id } = await install("again", scriptOf('  await ctx.emitCheckpoint("one", "Done once more");'));
    await page.goto(`${server.url}/#/tasks/${id}`);
    await waitForEnd(page, "Done");
    await page.goto(`${server.url}/#/history?app=again`);
    // The first answer is lost on its way: the click that follows is for the same run.
    const sent: string[] = [];
    await page.route("**/rerun", async (route) => {
      sent.push((await route.request().allHeaders())["idempotency-key"] ?? "");
      if (sent.length > 1) return await route.continue();
      await route.fetch();
      await route.abort();
    });
    const again = page.getByRole("button", { name: "Run Setting up the app again" });
    await again.click();
    await page.getByText("The server cannot be reached.").waitFor();
    await again.click();
    await page.getByRole("link", { name: "repeats an earlier task" }).waitFor();
    expect(page.url()).not.toContain(id);
    await waitForEnd(page, "Done");
    expect(await checkpointsOf(page)).toEqual(["done:\nDone once more"]);
    expect(sent).toHaveLength(2);
    const { items } = await server.call<{ items: OperationTaskView[] }>("GET", "/v1/tasks?app=again");
    expect(items.filter(({ kind }) => kind === "operation")).toHaveLength(2);
  });

  it("is told how many tasks wait for them, whatever the list and the address show", async () => {
    const { page } = await openPage(browser, server);
    const { id } = await install("counted", scriptOf(twice));
    await page.locator(".task-row-title", { hasText: "Install counted" }).waitFor();
    await eventually(
      async () => (await server.call<OperationTaskView>("GET", `/v1/tasks/${id}`)).status,
    ).toBe("AWAITING_RETRY");
    const { items } = await server.call<{ items: OperationTaskView[] }>(
      "GET",
      "/v1/tasks?kind=operation&status=AWAITING_RETRY&status=AWAITING_INPUT",
    );
    await page.goto(`${server.url}/?again#/tasks?status=done`);
    await eventually(async () => await page.title()).toBe(`(${items.length}) Tasks - tacklebox`);
    await page.goto(`${server.url}/?once-more#/history?app=nobody`);
    await eventually(async () => await page.title()).toBe(`(${items.length}) History - tacklebox`);
    await server.call("POST", `/v1/tasks/${id}/cancel`, {});
    await eventually(async () => await page.title()).not.toContain(`(${items.length})`);
  });

  it("looks through the history by app and state", async () => {
    const { page } = await openPage(browser, server);
    await page.getByRole("link", { name: "History" }).click();
    const rows = page.locator(".history tbody tr");
    await page.getByLabel("App", { exact: true }).fill("retried");
    await page.getByLabel("App", { exact: true }).press("Enter");
    await eventually(async () => await rows.count()).toBe(1);
    await rows.getByText("Setting up the app").waitFor();
    await page.getByLabel("State").selectOption("Cancelled");
    await page.getByText("No execution fits these filters.").waitFor();
  });
});
