import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EventSourceMessage } from "eventsource-parser";
import type { HookTaskView, OperationTaskView, TaskView } from "../../src/task/task-view.ts";
import { testDatastores, type TestDatastore } from "../support/test-datastores.ts";
import { openApiBox, type ApiBox } from "./support/api-box.ts";
import { readEvents } from "./support/event-reader.ts";
import { installBody, quickHook, waitingHook } from "./support/scripts.ts";

describe.each(testDatastores.filter(({ available }) => available))(
  "events over HTTP, on $kind",
  (subject) => {
    let store: TestDatastore;
    let api: ApiBox;
    beforeEach(async () => {
      store = await subject.create();
      api = await openApiBox({ store });
    });
    afterEach(async () => {
      await api.close();
      await store.remove();
    });

    const viewOf = ({ data }: EventSourceMessage): TaskView => JSON.parse(data) as TaskView;
    const install = async (body: object): Promise<string> =>
      (await api.call<OperationTaskView>("POST", "/v1/installs", { body })).body.id;

    it("tells each client of a task's beginning, its changes and its end, in order", async () => {
      const events = readEvents(await api.open("/v1/events"));
      await events.until(({ event }) => event === "hello");
      const id = await install(installBody([quickHook]));
      await events.until(
        (event) =>
          event.event === "task.updated" && viewOf(event).id === id && viewOf(event).status === "COMPLETED",
      );
      const told = events.seen.filter((event) => event.event !== "hello" && viewOf(event).id === id);
      expect(told[0]?.event).toBe("task.created");
      const revisions = told.map((event) => viewOf(event).revision);
      expect(revisions).toEqual(revisions.toSorted((a, b) => a - b));
      expect(
        events.seen.some((event) => event.event === "task.created" && viewOf(event).kind === "hook"),
      ).toBe(true);
    });

    it("tells only of what was asked for", async () => {
      const events = readEvents(await api.open("/v1/events?kind=hook&app=wanted&status=COMPLETED"));
      await events.until(({ event }) => event === "hello");
      await api.untilOperation(
        await install(installBody([quickHook], { appName: "other", port: 8081 })),
        "COMPLETED",
      );
      await install(installBody([quickHook], { appName: "wanted" }));
      await events.until(({ event }) => event === "task.updated");
      const told = events.seen.filter(({ event }) => event !== "hello").map(viewOf);
      expect(told.map(({ kind, appName, status }) => [kind, appName, status])).toEqual([
        ["hook", "wanted", "COMPLETED"],
      ]);
    });

    it("tells who comes back what was missed, and who was away too long that it was", async () => {
      const first = new AbortController();
      const events = readEvents(await api.open("/v1/events", { signal: first.signal }));
      const { id: hello } = await events.until(({ event }) => event === "hello");
      const id = await install(installBody([quickHook]));
      await api.untilOperation(id, "COMPLETED");
      const last = await events.until(
        (event) =>
          event.event === "task.updated" && viewOf(event).id === id && viewOf(event).status === "COMPLETED",
      );
      first.abort();
      const back = readEvents(await api.open("/v1/events", { headers: { "last-event-id": hello ?? "" } }));
      await back.until(({ id: each }) => each === last.id);
      const of = (reader: typeof back): (string | undefined)[] =>
        reader.seen.filter(({ event }) => event?.startsWith("task.")).map((event) => event.id);
      const upTo = (ids: (string | undefined)[]): (string | undefined)[] =>
        ids.slice(0, ids.indexOf(last.id) + 1);
      expect(upTo(of(back))).toEqual(upTo(of(events)));
      const stranger = readEvents(
        await api.open("/v1/events", { headers: { "last-event-id": "of-another-7" } }),
      );
      await stranger.until(({ event }) => event === "resync");
    });

    it("follows one task with its hooks, and its log from where the client was", async () => {
      const id = await install(installBody([waitingHook]));
      const hook = await api.untilHook("waiting", "AWAITING_RETRY");
      const first = new AbortController();
      const events = readEvents(await api.open(`/v1/tasks/${id}/events`, { signal: first.signal }));
      const before = await events.until(({ event, data }) => event === "log" && data.includes('"before"'));
      first.abort();
      await api.call("POST", `/v1/tasks/${hook.id}/retry`);
      const back = readEvents(
        await api.open(`/v1/tasks/${id}/events`, { headers: { "last-event-id": before.id ?? "" } }),
      );
      await back.until((event) => event.event === "task.updated" && viewOf(event).status === "COMPLETED");
      await back.until(({ event, data }) => event === "log" && data.includes("clicked retry"));
      expect(
        back.seen
          .filter(({ event }) => event === "log")
          .map(({ data }) => (JSON.parse(data) as { message: string }).message),
      ).toEqual(["clicked retry"]);
      const last = back.seen.findLast(({ event }) => event === "task.updated") as EventSourceMessage;
      const children = (viewOf(last) as OperationTaskView & { children: HookTaskView[] }).children;
      expect(children.map(({ hookId }) => hookId)).toEqual(["waiting"]);
    });

    it("tells a line of the log as soon as it is written, though nothing else has changed", async () => {
      let isOpen = false;
      await api.close();
      const behaviours = { testapp: () => ({ status: 200, body: isOpen ? "open" : "shut" }) };
      api = await openApiBox({ store, nas: { behaviours } });
      const id = await install(
        installBody([
          {
            id: "polling",
            scriptContent: `export async function run(ctx) {
            await ctx.emitCheckpoint("started");
            await ctx.sleep(100);
            ctx.log("at the gate");
            while ((await (await fetch(ctx.baseUrl + "/gate")).text()) !== "open") await ctx.sleep(50);
          }`,
          },
        ]),
      );
      const events = readEvents(await api.open(`/v1/tasks/${id}/events`));
      await events.until(({ event, data }) => event === "log" && data.includes("at the gate"));
      isOpen = true;
      await api.untilOperation(id, "COMPLETED");
    });

    it("lets clients go when the server stops", async () => {
      const events = readEvents(await api.open("/v1/events"));
      await events.until(({ event }) => event === "hello");
      await api.server.close();
      await events.ended;
    });

    it("refuses to follow a task that is not there", async () => {
      expect((await api.call("GET", "/v1/tasks/tsk_none/events")).status).toBe(404);
    });
  },
);
