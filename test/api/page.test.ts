import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildUi } from "../../src/ui/build-ui.ts";
import { openApiBox, type ApiBox } from "./support/api-box.ts";

describe("the page of the activity center", () => {
  let api: ApiBox;
  beforeAll(async () => {
    api = await openApiBox({ server: { page: await buildUi() } });
  });
  afterAll(async () => await api.close());

  it("is served without a token, under a policy that lets nothing else in", async () => {
    const page = await api.open("/", { token: null });
    expect(page.headers.get("content-type")).toContain("text/html");
    expect(page.headers.get("cache-control")).toBe("no-cache");
    expect(page.headers.get("content-security-policy")).toContain("script-src 'self'");
    expect(await page.text()).not.toMatch(/<script>|<style|style="|\son[a-z]+="/);
  });

  it("comes with files that browsers keep for good, compressed as they like", async () => {
    const html = await (await api.open("/", { token: null })).text();
    const files = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path as string);
    expect(files.length).toBeGreaterThan(2);
    for (const path of files) {
      for (const coding of ["br", "gzip", "identity"]) {
        const file = await api.open(path, { token: null, headers: { "accept-encoding": coding } });
        expect(file.status).toBe(200);
        expect(file.headers.get("content-encoding")).toBe(coding === "identity" ? null : coding);
        expect(file.headers.get("cache-control")).toContain("immutable");
        expect((await file.text()).length).toBeGreaterThan(0);
      }
    }
  });
});
