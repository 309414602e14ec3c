import { afterEach, describe, expect, it } from "vitest";
import { createSignInStandIn, type SignInStandIn } from "../../src/nas/simulated/sign-in-stand-in.ts";
import type { HookTaskView } from "../../src/task/task-view.ts";
import { installRequest, openBox, type Box } from "../support/box.ts";
import { pinFlow, signInCode, signInInput, signInLink } from "../support/pin-sign-in.ts";
import { testDatastores, type TestDatastore } from "../support/test-datastores.ts";

const login = { ...signInInput, flow: { ...pinFlow, headers: { "X-Secret": "header-secret" } } };
/** Before the app: each box of these tests has a NAS of its own. */
const hook = {
  id: "signs-in",
  event: "onBeforeInstall",
  inputs: [login],
  scriptContent: `export async function run(ctx) {
    const { authToken } = ctx.getInput("login");
    ctx.log("got", authToken);
    await fetch("https://id.example/api/v2/user", { headers: { "X-Plex-Token": authToken } });
  }`,
};

for (const { kind, available, create } of testDatastores) {
  describe.skipIf(!available)(`sign-ins on ${kind}`, () => {
    let store: TestDatastore | null = null;
    let standIn: SignInStandIn | null = null;
    const boxes: Box[] = [];
    let onRequest = (): void => {};
    const untilRequests = (count: number): Promise<void> =>
      new Promise((resolve) => {
        onRequest = () => (standIn?.requests.length ?? 0) >= count && resolve();
        onRequest();
      });
    const open = async (soleWorker = true): Promise<Box> => {
      store ??= await create();
      standIn ??= await createSignInStandIn({ onRequest: () => onRequest() });
      const originMap = [{ from: "https://id.example", to: standIn.url }];
      const box = await openBox({
        datastoreUrl: store.url,
        tacklebox: { soleWorker, leaseMs: 1000, originMap },
      });
      boxes.push(box);
      await box.tacklebox.start();
      return box;
    };
    afterEach(async () => {
      await Promise.all(boxes.splice(0).map((box) => box.close()));
      await standIn?.close();
      await store?.remove();
      standIn = null;
      store = null;
    });

    /** The link of a sign-in, another one than `last`. */
    const untilLink = async (box: Box, last = ""): Promise<HookTaskView> =>
      await box.until((view): view is HookTaskView => signInLink(view) !== "" && signInLink(view) !== last);
    const asked = (method: string): string[] =>
      (standIn?.requests ?? []).filter((request) => request.method === method).map(({ path }) => path);

    it("go on at the same link after a restart, also when the user approved meanwhile", async () => {
      const first = await open();
      const id = await first.tacklebox.submit(installRequest([hook]));
      const link = signInLink(await untilLink(first));
      await boxes.pop()?.close();
      expect(standIn?.approve(signInCode(link))).toBe(true);

      const box = await open();
      await box.untilOperation(id, "COMPLETED");
      expect(asked("POST")).toEqual(["/api/v2/pins"]);
      expect((await box.tacklebox.getHookTasks(id))[0]?.inputs).toMatchObject([
        { id: "login", state: "provided", authorization: null },
      ]);
      const token = standIn?.requests.at(-1)?.headers["x-plex-token"] ?? "";
      expect(token).toMatch(/^[\w-]{20}$/);
      const shown = JSON.stringify([...first.seen, ...box.seen, ...first.troubles, ...box.troubles]);
      expect(shown).not.toContain(token);
      expect(shown).not.toContain("header-secret");
    });

    it("begin anew where the user wants that: the old link is of no use, the new one counts", async () => {
      const box = await open();
      const { tacklebox } = box;
      const id = await tacklebox.submit(installRequest([hook]));
      const { id: taskId } = await untilLink(box);
      const old = signInLink(await tacklebox.getTask(taskId));
      await expect(tacklebox.startSignIn(taskId, "other")).rejects.toMatchObject({
        code: "ILLEGAL_TRANSITION",
      });
      await Promise.all([tacklebox.startSignIn(taskId, "login"), tacklebox.startSignIn(taskId, "login")]);
      const fresh = await untilLink(box, old);
      expect(asked("POST")).toHaveLength(2);
      standIn?.approve(signInCode(signInLink(fresh)));
      await box.untilOperation(id, "COMPLETED");
      await expect(tacklebox.startSignIn(taskId, "login")).rejects.toMatchObject({
        code: "ILLEGAL_TRANSITION",
      });
    });

    it("are called off and begun again by the user", async () => {
      const box = await open();
      const { tacklebox } = box;
      await tacklebox.submit(installRequest([hook]));
      const { id: taskId } = await untilLink(box);
      const old = signInLink(await tacklebox.getTask(taskId));
      await tacklebox.cancelSignIn(taskId, "login");
      const off = await box.until(
        (view): view is HookTaskView => view.id === taskId && view.revision > 2 && signInLink(view) === "",
      );
      expect(off).toMatchObject({
        status: "AWAITING_INPUT",
        inputs: [{ state: "waiting", authorization: null }],
      });
      await expect(tacklebox.cancelSignIn(taskId, "login")).rejects.toMatchObject({
        code: "ILLEGAL_TRANSITION",
      });
      await tacklebox.startSignIn(taskId, "login");
      standIn?.approve(signInCode(signInLink(await untilLink(box, old))));
      await box.untilHook("signs-in", "COMPLETED");
    });

    it.skipIf(kind === "pglite")("are asked about by one of two workers at a time, not by each", async () => {
      const workers = [await open(false), await open(false)];
      const id = await workers[0]?.tacklebox.submit(installRequest([hook]));
      const shown = await Promise.race(workers.map((box) => untilLink(box)));
      const provider = standIn as SignInStandIn;
      await untilRequests(4);
      const polls = provider.requests.filter(({ method }) => method === "GET").map(({ at }) => at);
      const waits = polls.slice(1).map((at, index) => at - (polls[index] ?? 0));
      expect(Math.min(...waits)).toBeGreaterThanOrEqual(1900);
      provider.approve(signInCode(signInLink(shown)));
      await Promise.race(workers.map((box) => box.untilOperation(id ?? "", "COMPLETED")));
    });
  });
}
