import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { errorCodeOf } from "../../src/errors.ts";
import type { OperationTaskView } from "../../src/task/task-view.ts";
import { openApiBox, type ApiBox } from "./support/api-box.ts";
import { createAnswerCheck, isPathOf } from "./support/described-answers.ts";
import { fuzzedRequests, type ApiDocument } from "./support/fuzzed-requests.ts";
import { sendRaw, type RawAnswer, type RawRequest } from "./support/raw-request.ts";
import { askingHook, failingHook, installBody, quickHook, waitingHook } from "./support/scripts.ts";

/** Requests for each operation of the API; FUZZ_RUNS for more, FUZZ_SEED to repeat a run. */
const runs = Number(process.env["FUZZ_RUNS"] ?? 25);
const seed = Number(process.env["FUZZ_SEED"] ?? Date.now() % 2 ** 31);

describe("whatever is sent to the API", () => {
  let api: ApiBox;
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown): void => void unhandled.push(reason);
  beforeAll(async () => {
    process.on("unhandledRejection", onUnhandled);
    api = await openApiBox({ server: { maxFailures: 100_000 } });
  });
  afterAll(async () => {
    await api.close();
    process.off("unhandledRejection", onUnhandled);
  });

  it(
    "is answered as the document describes, never by a fault, and the server stays well",
    { timeout: 60_000 + runs * 2000 },
    async () => {
      const document = (await api.server.document()) as ApiDocument;
      const check = createAnswerCheck(document);
      const ids = await someTasks(api);
      const scripts = [installBody([quickHook]), installBody([failingHook])].map(
        ({ script }) => script as string,
      );
      const script = fc.oneof(fc.constantFrom(...scripts), cutTexts(scripts));
      const known = {
        id: fc.constantFrom(...ids),
        parent: fc.constantFrom(...ids),
        cursor: fc.constantFrom(...ids),
        script,
        catalogScript: fc.option(
          fc.constantFrom("../package.json", "/etc/passwd", ".", "a\0.json", "no-such.json"),
          { nil: undefined },
        ),
        expectedSha256: fc.constant({}),
        labels: fc.constant({ team: "media" }),
        annotations: fc.constant({ note: "\ud800\u202e" }),
        fromVersion: fc.constantFrom("1.0.0", "x"),
        toVersion: fc.constantFrom("1.0.0", "x"),
        appName: fc.constantFrom("one", "two", "__proto__", "../x"),
        include: fc.constantFrom("children", "logs", "children,logs", "children,children"),
        answers: fc.constantFrom<unknown>(
          { name: "a", count: 1, secret: "b" },
          { name: {}, count: "1", secret: [] },
        ),
      };
      for (const [operationId, requests] of fuzzedRequests(document, { token: api.token, known })) {
        const property = fc.asyncProperty(requests, async (request) => {
          const answer = await sendRaw(api.url, request);
          expect(problemsOf(check, document, request, answer)).toEqual([]);
        });
        await fc.assert(property, { numRuns: runs, seed, endOnFailure: true }).catch((error: unknown) => {
          throw new Error(`${operationId}, FUZZ_SEED=${seed}: ${(error as Error).message}`, { cause: error });
        });
      }
      expect((await api.call("GET", "/healthz")).body).toEqual({ status: "ok" });
      expect((await api.call<{ status: string }>("GET", "/readyz")).body.status).toBe("ok");
      expect(api.troubles).toEqual([]);
      expect(unhandled).toEqual([]);
      expect(Object.prototype).not.toHaveProperty("isAdmin");
    },
  );
});

/** Tasks in several states, so that ids lead somewhere. */
async function someTasks(api: ApiBox): Promise<string[]> {
  const install = async (hook: typeof quickHook, appName: string, port: number): Promise<string> =>
    (
      await api.call<OperationTaskView>("POST", "/v1/installs", {
        body: installBody([hook], { appName, port }),
      })
    ).body.id;
  const done = await install(quickHook, "done", 9001);
  const waiting = await install(waitingHook, "waiting", 9002);
  const asking = await install(askingHook, "asking", 9003);
  await api.untilOperation(done, "COMPLETED");
  const atCheckpoint = await api.untilHook("waiting", "AWAITING_RETRY");
  const atQuestions = await api.untilHook("asking", "AWAITING_INPUT");
  return [done, waiting, asking, atCheckpoint.id, atQuestions.id];
}

/** Texts of scripts with a piece taken out. */
function cutTexts(texts: readonly string[]): fc.Arbitrary<string> {
  return fc.tuple(fc.constantFrom(...texts), fc.nat(), fc.nat({ max: 30 })).map(([text, place, length]) => {
    const at = place % text.length;
    return text.slice(0, at) + text.slice(at + length);
  });
}

/** What is wrong with an answer, in words. */
function problemsOf(
  check: ReturnType<typeof createAnswerCheck>,
  document: ApiDocument,
  { method, target }: RawRequest,
  { status, headers, text }: RawAnswer,
): string[] {
  if (!(status >= 200 && status < 500)) return [`${method} ${target}: ${status} ${text.slice(0, 500)}`];
  const type = headers.get("content-type")?.split(";")[0] ?? "";
  const path = target.replace(/^http:\/\/[^/]+/, "").split("?")[0] ?? target;
  const body: unknown = type.endsWith("json") && text !== "" ? JSON.parse(text) : text;
  const isKnownRoute = Object.keys(document.paths).some((template) => isPathOf(template, path));
  // A path that was worn down is another address, and none of ours.
  if (isKnownRoute && errorCodeOf(body) !== "ROUTE_UNKNOWN")
    return check({ method, path, status, type, body });
  const isProblem = type === "application/problem+json" && errorCodeOf(body) !== null;
  return isProblem ? [] : [`${method} ${path} is not described, and got ${status} ${type} ${text}`];
}
