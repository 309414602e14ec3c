import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { findServerProgram } from "../support/servers.ts";
import { scriptOf } from "./support/scripts.ts";
import { startServe, type ServeProcess } from "./support/serve-process.ts";

/** `npm run screenshots`: takes the pictures of `docs/screenshots` anew, of a server with the example catalog. */
const folder = join(import.meta.dirname, "../../docs/screenshots");
const phone = { viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true };

const server = await startServe();
const browser = await chromium.launch({
  executablePath: findServerProgram("chromium") ?? "chromium",
  args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
});
try {
  await mkdir(folder, { recursive: true });
  await play(browser, server);
} finally {
  await browser.close();
  await server.close();
}

async function play(shown: Browser, { call, url }: ServeProcess): Promise<void> {
  const install = async (catalogScript: string): Promise<string> =>
    (await call<{ id: string }>("POST", "/v1/installs", { catalogScript })).id;
  const page = await openPage(shown, {});
  for (const name of ["notes", "gateway"]) {
    await page.goto(`${url}/#/tasks/${await install(`${name}.json`)}`);
    await page.locator(".task-head").getByText("Done", { exact: true }).waitFor();
  }
  const mediabox = await install("mediabox.json");
  await page.goto(`${url}/#/tasks/${mediabox}`);
  await page.getByRole("button", { name: "Answer" }).click();
  await page.getByText("left.").waitFor();
  await take(page, "input-dialog");
  await approve(page);
  await page.getByRole("region", { name: "What went wrong" }).waitFor();
  await install("photos.json");
  await page.locator(".task-row", { hasText: "photos" }).getByText("Needs your input").waitFor();
  await take(page, "task");
  const dark = await openPage(shown, { colorScheme: "dark" });
  await dark.goto(`${url}/#/tasks/${mediabox}`);
  await dark.getByRole("region", { name: "What went wrong" }).waitFor();
  await take(dark, "task-dark");
  await takeOnPhone(shown, mediabox);
  await page.getByRole("button", { name: "Retry", exact: true }).click();
  await page.locator(".task-head").getByText("Done", { exact: true }).waitFor();
  await takeViews(page, dark);
}

/** Follows the sign-in's link, approves it there, and answers the question. */
async function approve(page: Page): Promise<void> {
  const dialog = page.getByRole("dialog");
  const [provider] = await Promise.all([
    page.waitForEvent("popup"),
    dialog.getByRole("link", { name: "Open the sign-in page" }).click(),
  ]);
  await provider.getByRole("button", { name: "Approve" }).click();
  await provider.getByText("Signed in.").waitFor();
  await provider.close();
  await dialog.getByRole("button", { name: "Continue" }).click();
  await dialog.waitFor({ state: "detached" });
}

async function takeOnPhone(shown: Browser, taskId: string): Promise<void> {
  const page = await openPage(shown, phone);
  await page.getByText("Install mediabox").waitFor();
  await take(page, "phone-tasks");
  const dark = await openPage(shown, { ...phone, colorScheme: "dark" });
  await dark.goto(`${server.url}/#/tasks/${taskId}`);
  await dark.getByRole("region", { name: "What went wrong" }).waitFor();
  await dark.locator(".step-panel").scrollIntoViewIfNeeded();
  await dark.evaluate(
    "document.querySelector('.step-panel').scrollIntoView({ block: 'start' }); scrollBy(0, -70)",
  );
  await take(dark, "phone-task-dark");
}

async function takeViews(page: Page, dark: Page): Promise<void> {
  await dark.goto(`${server.url}/#/catalog`);
  await dark
    .getByRole("link", { name: /^Install / })
    .first()
    .waitFor();
  await take(dark, "catalog-dark");
  await page.goto(`${server.url}/#/catalog/sync.json`);
  await page.getByRole("dialog").getByRole("switch").first().waitFor();
  await take(page, "install-dialog");
  await page.goto(`${server.url}/#/expert`);
  const script = scriptOf(
    '  await ctx.waitForApp("/health");\n  await ctx.emitCheckpoint("ready", "The app is up");',
  );
  await page.getByLabel("Install script").fill(script.replace("onAfterInstall", "onAfterInstal"));
  await page.getByText("1 error.").waitFor();
  await take(page, "expert");
  await page.goto(`${server.url}/#/history`);
  await page.getByRole("link", { name: "Setting up Mediabox" }).waitFor();
  await take(page, "history");
}

async function openPage(shown: Browser, options: BrowserContextOptions): Promise<Page> {
  const context = await shown.newContext({
    viewport: { width: 1280, height: 832 },
    reducedMotion: "reduce",
    ...options,
  });
  await context.addInitScript(`localStorage.setItem("tacklebox.token", ${JSON.stringify(server.token)})`);
  const page = await context.newPage();
  await page.goto(server.url);
  await page.getByText("Live", { exact: true }).waitFor();
  return page;
}

async function take(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(folder, `${name}.png`), animations: "disabled" });
}
