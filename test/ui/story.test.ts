import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasBrowser, launchBrowser, openPage } from "./support/browser.ts";
import { scriptOf } from "./support/scripts.ts";
import { startServe, type ServeProcess } from "./support/serve-process.ts";

describe.skipIf(!hasBrowser)("the activity center, from paste to done", () => {
  let browser: Browser;
  let server: ServeProcess;

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchBrowser(), startServe()]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  it("runs a pasted script: problems at their lines while typing, then the plan, then every checkpoint", async () => {
    const { page, complaints } = await openPage(browser, server);
    await page.getByRole("link", { name: "Expert" }).click();
    const editor = page.getByLabel("Install script");
    const good = scriptOf(
      `  await ctx.registerCheckpoints([{ id: "one", message: "First part" }, { id: "two", message: "Second part" }]);
  await ctx.emitCheckpoint("one");
  ctx.log("half of it");
  await ctx.emitCheckpoint("two");`,
    );
    await editor.fill(good.replace("onAfterInstall", "onAfterInstal"));
    await page.getByText("1 error.").waitFor();
    const line = good.split("\n").findIndex((text) => text.includes("onAfterInstall")) + 1;
    await page.getByText('Did you mean "onAfterInstall"?').waitFor();
    expect(await page.getByRole("button", { name: "Run the install" }).isDisabled()).toBe(true);
    await page.getByRole("button", { name: `line ${line}` }).click();
    expect(await lineOfCaret(page)).toBe(line);

    await editor.fill(good);
    await page.getByText("No problems.").waitFor();
    await page.getByLabel("App", { exact: true }).fill("pasted-app");
    await page.getByRole("button", { name: "Run the install" }).click();

    await page.getByRole("heading", { name: "Install pasted-app" }).waitFor();
    await page.getByRole("article").getByText("Done", { exact: true }).first().waitFor();
    const checkpoints = page.getByRole("list", { name: "Checkpoints" }).getByRole("listitem");
    expect(await checkpoints.allInnerTexts()).toEqual(["done:\nFirst part", "done:\nSecond part"]);
    await page.getByRole("button", { name: "Log" }).click();
    await page.getByRole("log").getByText("half of it").waitFor();
    expect(complaints).toEqual([]);
  });

  it("installs from the catalog: switch, plan, sign-in and question, a checkpoint that fails, Retry, done", async () => {
    const { page, complaints } = await openPage(browser, server);
    await page.getByRole("link", { name: "Catalog" }).click();
    await page.getByRole("link", { name: "Install Mediabox" }).click();
    const dialog = page.getByRole("dialog", { name: "Install Mediabox" });
    const steps = dialog.getByRole("region", { name: "What happens" }).getByRole("listitem");
    const setup = steps.filter({ hasText: "Setting up Mediabox" });
    await setup.getByText("its switch").waitFor();
    const terms = dialog.getByRole("link", { name: "Mediabox terms of service" });
    expect(await terms.getAttribute("target")).toBe("_blank");
    expect(await terms.getAttribute("rel")).toContain("noopener");
    await dialog.getByRole("switch", { name: "Pre-configure Mediabox" }).uncheck();
    await setup.getByText("does not run", { exact: true }).waitFor();
    await dialog.getByRole("switch", { name: "Pre-configure Mediabox" }).check();
    await setup.getByText("does not run", { exact: true }).waitFor({ state: "detached" });
    await dialog.getByLabel("Use the graphics card to convert videos").check();
    await dialog.getByRole("button", { name: "Install", exact: true }).click();

    await page.getByRole("button", { name: "Answer" }).click();
    const inputs = page.getByRole("dialog", { name: "Setting up Mediabox" });
    await inputs.getByText("left.").waitFor();
    const [provider] = await Promise.all([
      page.waitForEvent("popup"),
      inputs.getByRole("link", { name: "Open the sign-in page" }).click(),
    ]);
    await inputs.getByLabel("Name of the server").fill("Attic");
    await inputs.getByRole("button", { name: "Continue" }).click();
    await inputs.getByLabel("Name of the server").waitFor({ state: "detached" });
    const signIn = inputs.getByRole("link", { name: "Open the sign-in page" });
    expect(await signIn.getAttribute("rel")).toContain("noopener");
    await provider.getByRole("button", { name: "Approve" }).click();
    await provider.getByText("Signed in.").waitFor();
    await provider.close();

    await inputs.waitFor({ state: "detached" });
    await page.getByRole("region", { name: "What went wrong" }).getByText("The database is busy").waitFor();
    await page.getByRole("button", { name: "Retry", exact: true }).click();
    await page.locator(".task-head").getByText("Done", { exact: true }).waitFor();
    await page.getByText("Named Attic").waitFor();
    await page.getByText("Music is ready").waitFor();

    await page.getByRole("link", { name: "Catalog" }).click();
    await page.getByRole("listitem").filter({ hasText: "mediabox" }).getByText("2.0.0 installed").waitFor();
    expect(complaints).toEqual([]);
  });

  it("asks questions of every kind at once, and says at each answer what is wrong with it", async () => {
    const { page } = await openPage(browser, server);
    const { id } = await server.call<{ id: string }>("POST", "/v1/installs", {
      catalogScript: "photos.json",
    });
    await page.goto(`${server.url}/#/tasks/${id}`);
    await page.getByRole("button", { name: "Answer" }).click();
    const dialog = page.getByRole("dialog", { name: /photos/i });
    const days = dialog.getByLabel("Days until deleted photos are gone");
    expect(await dialog.getByLabel("How to sort photos into folders").inputValue()).toBe('"year"');
    expect(await dialog.getByLabel("Recognise faces").isChecked()).toBe(true);
    expect(await dialog.getByLabel("E-mail address").getAttribute("placeholder")).toBe("me@home.example");
    await days.fill("a while");
    await dialog.getByRole("button", { name: "Continue" }).click();
    expect(await dialog.getByText("This question must be answered.").count()).toBe(2);
    await dialog.getByLabel("E-mail address").fill("me@home.example");
    await dialog.getByLabel("Password of the administrator").fill("a secret of the test");
    await dialog.getByRole("button", { name: "Continue" }).click();
    await dialog.getByText("expected a number").waitFor();
    expect(await days.getAttribute("aria-invalid")).toBe("true");
    await days.fill("14");
    await dialog.getByLabel("How to sort photos into folders").selectOption("By album");
    await dialog.getByRole("button", { name: "Continue" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.locator(".task-head").getByText("Done", { exact: true }).waitFor();
    expect(await page.content()).not.toContain("a secret of the test");
  });

  it("upgrades from the catalog: from the installed version to the catalog's, with the hooks that are due", async () => {
    const { page, complaints } = await openPage(browser, server);
    const body = { catalogScript: "gateway.json", toVersion: "1.0.0" };
    const { id } = await server.call<{ id: string }>("POST", "/v1/installs", body);
    await page.goto(`${server.url}/#/tasks/${id}`);
    await page.locator(".task-head").getByText("Done", { exact: true }).waitFor();
    await page.getByRole("link", { name: "Catalog" }).click();
    await page.getByRole("link", { name: "Upgrade Gateway" }).click();
    const dialog = page.getByRole("dialog", { name: "Upgrade Gateway" });
    await dialog.getByText("From 1.0.0 to").waitFor();
    const steps = dialog.getByRole("region", { name: "What happens" }).getByRole("listitem");
    const titles = await steps.locator(".plan-step-title").allInnerTexts();
    await dialog.getByRole("button", { name: "Upgrade", exact: true }).click();
    await page.locator(".task-head").getByText("Done", { exact: true }).waitFor();
    const shown = page.getByRole("list", { name: "Steps" }).getByRole("listitem");
    expect(await shown.count()).toBe(titles.length);
    expect(complaints).toEqual([]);
  });

  it("takes a script from a file, chosen or dropped, and keeps it over a reload", async () => {
    const { page } = await openPage(browser, server);
    await page.goto(`${server.url}/#/expert`);
    const editor = page.getByLabel("Install script");
    const file = { name: "chosen.json", mimeType: "application/json", buffer: Buffer.from(scriptOf("")) };
    await page.locator("input[type=file]").setInputFiles(file);
    await page.getByText("No problems.").waitFor();
    expect(await page.getByLabel("App", { exact: true }).inputValue()).toBe("chosen");
    const dropped = await page.evaluateHandle(
      `(() => { const data = new DataTransfer(); data.items.add(new File(['{ "version": 9 }'], "dropped.json")); return data; })()`,
    );
    await editor.dispatchEvent("drop", { dataTransfer: dropped });
    await page.getByText(/^\d+ errors?/).waitFor();
    expect(await editor.inputValue()).toBe('{ "version": 9 }');
    expect(await page.getByLabel("App", { exact: true }).inputValue()).toBe("dropped");
    await page.reload();
    expect(await editor.inputValue()).toBe('{ "version": 9 }');
  });
});

async function lineOfCaret(page: Page): Promise<number> {
  return await page.evaluate(
    `(() => { const area = document.querySelector("#script-text"); return area.value.slice(0, area.selectionStart).split("\\n").length; })()`,
  );
}
