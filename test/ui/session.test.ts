import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { eventually, hasBrowser, launchBrowser, openPage } from "./support/browser.ts";
import { startServe, type ServeProcess } from "./support/serve-process.ts";

describe.skipIf(!hasBrowser)("signing in to the page", () => {
  let browser: Browser;
  let server: ServeProcess;

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchBrowser(), startServe()]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  const newPage = async (): Promise<Page> => {
    const context = await browser.newContext();
    onTestFinished(async () => await context.close());
    return await context.newPage();
  };

  it("takes the code of the printed address, once, and leaves no trace of it in the address", async () => {
    const page = await newPage();
    await page.goto(server.signInUrl());
    await page.getByRole("heading", { name: "Tasks" }).waitFor();
    expect(page.url()).toBe(`${server.url}/#/tasks`);
    await page.reload();
    await page.getByRole("heading", { name: "Tasks" }).waitFor();

    const other = await newPage();
    await other.goto(server.signInUrl());
    await other.getByText("has been used or is too old").waitFor();
    expect(other.url()).not.toContain("signin");
  });

  it("takes the code in a tab that shows the page already; signing out there makes its token useless", async () => {
    const fresh = await startServe();
    onTestFinished(async () => await fresh.close());
    const page = await newPage();
    await page.goto(fresh.url);
    await page.getByLabel("Token").waitFor();
    await page.goto(fresh.signInUrl());
    await page.getByRole("heading", { name: "Tasks" }).waitFor();
    expect(page.url()).toBe(`${fresh.url}/#/tasks`);
    const names = async (): Promise<string[]> =>
      (await fresh.call<{ items: { name: string }[] }>("GET", "/v1/tokens")).items.map(({ name }) => name);
    expect(await names()).toContain("browser");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Token").waitFor();
    await eventually(names).not.toContain("browser");
  });

  it("asks for a token, says when it is not accepted, and takes one that is", async () => {
    const page = await newPage();
    await page.goto(server.url);
    await page.getByLabel("Token").fill("tbx_wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("This token is not accepted.").waitFor();
    await page.getByLabel("Token").fill(server.token);
    await page.getByLabel("Token").press("Enter");
    await page.getByRole("heading", { name: "Tasks" }).waitFor();
  });

  it("asks again when the token is taken away, and in all tabs at once when the user signs out", async () => {
    const { token, id } = await server.call<{ token: string; id: string }>("POST", "/v1/tokens", {
      name: "browser",
    });
    const page = await newPage();
    await page.goto(server.url);
    await page.getByLabel("Token").fill(token);
    await page.getByLabel("Token").press("Enter");
    await page.getByRole("heading", { name: "Tasks" }).waitFor();
    await fetch(`${server.url}/v1/tokens/${id}`, {
      method: "DELETE",
      headers: { authorization: `Bearer ${server.token}` },
    });
    await page.getByText("This token is not accepted any more.").waitFor();

    const { page: first } = await openPage(browser, server);
    const second = await first.context().newPage();
    await second.goto(server.url);
    await second.getByRole("heading", { name: "Tasks" }).waitFor();
    await first.getByRole("button", { name: "Sign out" }).click();
    await eventually(async () => await second.getByLabel("Token").count()).toBe(1);
  });
});
