import { describe, expect, it, onTestFinished } from "vitest";
import { createMemoryStores } from "../../src/datastore/memory-stores.ts";
import { createSimulatedNas } from "../../src/nas/create-simulated-nas.ts";
import type { NasApp, NasDriver } from "../../src/nas/nas-driver.ts";
import { connectNas } from "../../src/nas/remote/connect-nas.ts";
import { offerNas, requireNasOffer } from "../../src/nas/remote/nas-offer.ts";
import { serveNas, type NasServer } from "../../src/nas/remote/serve-nas.ts";

const request = {
  appName: "notes",
  catalogApp: null,
  train: "stable",
  version: "1.0.0",
  values: {},
  custom: true,
};

async function open(): Promise<{ nas: NasDriver; server: NasServer; remote: NasDriver }> {
  const nas = await createSimulatedNas({ stepMs: 1, readyAfterMs: 1 });
  const server = await serveNas(nas, { secret: "s3cret" });
  onTestFinished(async () => {
    await server.close();
    await nas.close();
  });
  return { nas, server, remote: connectNas(async () => ({ url: server.url, secret: "s3cret" })) };
}

describe("a NAS in another process", () => {
  it("does what it is asked, tells on the way, and lets its apps be watched", async () => {
    const { nas, remote } = await open();
    expect(await remote.facts()).toEqual(await nas.facts());
    const ref = await remote.startCreateApp(request);
    const told: number[] = [];
    expect(await remote.followJob(ref, ({ percent }) => told.push(percent))).toMatchObject({
      state: "SUCCESS",
    });
    expect(told.at(-1)).toBe(100);
    const stopping = new AbortController();
    const seen: NasApp[] = [];
    await remote.watchApp(
      "notes",
      (app) => {
        seen.push(app);
        if (app.state === "RUNNING") stopping.abort();
      },
      stopping.signal,
    );
    expect(seen.at(-1)).toMatchObject({ name: "notes", state: "RUNNING" });
    expect(await remote.getApp("none")).toBeNull();
  });

  it("says no with the NAS's own code", async () => {
    const { remote } = await open();
    await remote.startCreateApp(request);
    await expect(remote.startCreateApp(request)).rejects.toMatchObject({ code: "APP_NAME_TAKEN" });
  });

  it("lets in nobody without the secret, and nobody else's call through", async () => {
    const { server } = await open();
    const stranger = connectNas(async () => ({ url: server.url, secret: "guessed" }));
    await expect(stranger.facts()).rejects.toMatchObject({ code: "NAS_UNREACHABLE" });
    const plain = await fetch(server.url, { method: "POST", body: '{"method":"facts","args":[]}' });
    expect(plain.status).toBe(401);
    const headers = { authorization: "Bearer s3cret" };
    const other = await fetch(server.url, { method: "POST", headers, body: '{"method":"close","args":[]}' });
    expect(await other.text()).toMatch(/no such call: close/);
  });

  it("is unreachable once its process is gone, also in the middle of a call", async () => {
    const { server, remote } = await open();
    const watching = new AbortController();
    const { appName: name } = await remote.startCreateApp(request);
    const seen = Promise.withResolvers<void>();
    const watched = remote.watchApp(name, () => seen.resolve(), watching.signal);
    watched.catch(() => {});
    await seen.promise;
    await server.close();
    await expect(watched).rejects.toMatchObject({ code: "NAS_UNREACHABLE" });
    await expect(remote.facts()).rejects.toMatchObject({
      code: "NAS_UNREACHABLE",
      message: expect.stringMatching(/no answer to facts .* expected the server that offers it/),
    });
  });

  it("is found by what its server has kept, the latest one", async () => {
    const { documents } = createMemoryStores();
    await expect(requireNasOffer(documents, "redis://box")).rejects.toMatchObject({
      code: "NAS_UNREACHABLE",
    });
    for (const secret of ["old", "new"]) {
      await offerNas(documents, { url: "http://127.0.0.1:1", secret, originMap: [], deniedPorts: [8330] });
    }
    expect(await requireNasOffer(documents, "redis://box")).toMatchObject({ secret: "new" });
  });
});
