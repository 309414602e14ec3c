import { createServer, type AddressInfo, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { errorText } from "../../src/errors.ts";
import type { Datastore } from "../../src/datastore/datastore.ts";
import { openDatastore, type OpenDatastoreOptions } from "../../src/datastore/open-datastore.ts";
import { startCuttingProxy } from "../support/cutting-proxy.ts";
import { freePort, type TestServer } from "../support/servers.ts";
import { testDatastoreOptions } from "../support/test-datastores.ts";
import { failureOf, read, text, texts } from "./contract.ts";

interface ServerSubject {
  kind: "redis" | "postgres";
  available: boolean;
  /** A server of one's own, to be killed. */
  start: () => Promise<TestServer>;
  /** An empty place on the shared server. */
  createUrl: () => Promise<string>;
}

/** What holds for each datastore that is a server of its own. */
export function describeServerContract({ kind, available, start, createUrl }: ServerSubject): void {
  describe.skipIf(!available)(`outages of ${kind}`, () => {
    it("makes a write wait for a server that is killed and comes back, and lose nothing", async () => {
      const server = await start();
      onTestFinished(() => server.stop());
      const store = await open(server.url);
      for (let round = 0; round < 3; round += 1) {
        await store.journals.append("task", round * 2, texts(`before ${round}`));
        await server.kill9();
        const append = store.journals.append("task", round * 2 + 1, texts(`during ${round}`));
        const put = store.documents.put("answers", "task", text(`during ${round}`));
        await server.restart();
        await Promise.all([append, put]);
        expect(await store.documents.get("answers", "task")).toEqual(text(`during ${round}`));
      }
      const rounds = [0, 1, 2].flatMap((round) => [`before ${round}`, `during ${round}`]);
      expect(await read(store, "task")).toEqual(rounds);
    });

    it("gives up when the outage lasts longer than allowed", async () => {
      const server = await start();
      onTestFinished(() => server.stop());
      const store = await open(server.url, { outageMs: 300 });
      await server.kill9();
      const failure = await failureOf(store.journals.append("task", 0, texts("a")));
      expect(failure).toMatchObject({ code: "DATASTORE_UNREACHABLE" });
      expect(await failureOf(store.documents.get("a", "b"))).toMatchObject({ code: "DATASTORE_UNREACHABLE" });
    });

    it("takes a write whose answer was lost as done, and does it once", async () => {
      const url = await createUrl();
      const proxy = await startCuttingProxy(url);
      onTestFinished(() => proxy.close());
      const store = await open(proxy.url);
      const appendCut = proxy.cutNextAnswer();
      await store.journals.append("task", 0, texts("a", "b"));
      await appendCut;
      const putCut = proxy.cutNextAnswer();
      expect(await store.documents.putIfAbsent("answers", "task", text("first"))).toBe(true);
      await putCut;
      expect(await store.documents.putIfAbsent("answers", "task", text("second"))).toBe(false);
      const direct = await open(url);
      expect(await read(direct, "task")).toEqual(["a", "b"]);
      expect(await direct.documents.get("answers", "task")).toEqual(text("first"));
    });
  });

  describe.skipIf(!available)(`a connection to ${kind} that is cut in the middle of a write`, () => {
    it("has the write sent again, wholly and once", async () => {
      const url = await createUrl();
      const proxy = await startCuttingProxy(url);
      onTestFinished(() => proxy.close());
      const store = await open(proxy.url);
      const long = "x".repeat(10_000);
      for (let round = 0; round < 3; round += 1) {
        const cut = proxy.cutNextRequest();
        await store.journals.append("task", round * 2, texts(`${round} ${long}`, `${round} end`));
        await cut;
      }
      const rounds = [0, 1, 2].flatMap((round) => [`${round} ${long}`, `${round} end`]);
      expect(await read(await open(url), "task")).toEqual(rounds);
    });
  });

  describe(`unreachable ${kind}`, () => {
    it.each([
      ["nobody listens", async () => `${kind}://127.0.0.1:${await freePort()}`, "ECONNREFUSED"],
      ["the name is unknown", async () => `${kind}://datastore.invalid`, "ENOTFOUND|EAI_AGAIN"],
      [
        "a server takes the connection and says nothing",
        () => startTalker(kind, ""),
        "no answer within 0.5 seconds",
      ],
      ["something else answers", () => startTalker(kind, "HTTP/1.1 400 Bad Request\r\n\r\n"), "."],
    ])("is refused in bounded time when %s", async (_, findUrl, found) => {
      const url = await findUrl();
      const startedAt = performance.now();
      const failure = await failureOf(openDatastore(url, { ...testDatastoreOptions, connectTimeoutMs: 500 }));
      expect(performance.now() - startedAt).toBeLessThan(5000);
      expect(failure).toMatchObject({ code: "DATASTORE_UNREACHABLE" });
      expect(errorText(failure)).toMatch(
        new RegExp(`^datastore ${kind}://.*(${found}).*, expected a server that answers; .+\\.$`),
      );
    });

    it("is refused before anything is sent when no key is named", async () => {
      expect(await failureOf(openDatastore(`${kind}://127.0.0.1:1`))).toMatchObject({
        code: "DATASTORE_KEY",
      });
    });
  });
}

/** Opens a datastore that is closed when the test ends. */
export async function open(url: string, options: OpenDatastoreOptions = {}): Promise<Datastore> {
  const store = await openDatastore(url, { ...testDatastoreOptions, ...options });
  onTestFinished(() => store.close());
  return store;
}

/** A server that greets each connection with these bytes and nothing else. */
async function startTalker(scheme: string, greeting: string): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    if (greeting !== "") socket.write(greeting);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
