import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ProblemDocument } from "../../src/api/problem.ts";
import type { TaskChange } from "../../src/feed/change-log.ts";
import type { HookTaskView, OperationTaskView, TaskView } from "../../src/task/task-view.ts";
import { testDatastores, type TestDatastore } from "../support/test-datastores.ts";
import { openApiBox, type ApiBox } from "./support/api-box.ts";
import { failingHook, installBody, quickHook } from "./support/scripts.ts";

describe.each(testDatastores.filter(({ available }) => available))(
  "hooks whose turn never came, on $kind",
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

    const untilTold = async (matches: (change: TaskChange) => boolean): Promise<void> => {
      const told = Promise.withResolvers<void>();
      const unfollow = api.feed.follow((change) => matches(change) && told.resolve());
      await told.promise;
      unfollow();
    };
    const list = async (query: string): Promise<TaskView[]> =>
      (await api.call<{ items: TaskView[] }>("GET", `/v1/tasks?${query}`)).body.items;
    /** An install that is cancelled at the first of its three hooks. */
    const cancelAtFirst = async (): Promise<{ id: string; later: string[] }> => {
      const hooks = [{ ...failingHook, event: "onBeforeInstall" }, quickHook, { ...quickHook, id: "last" }];
      const { body } = await api.call<OperationTaskView>("POST", "/v1/installs", {
        body: installBody(hooks),
      });
      await api.untilHook("failing", "AWAITING_RETRY");
      const [, ...later] = await api.tacklebox.getHookTasks(body.id);
      expect(later.map(({ status }) => status)).toEqual(["PENDING", "PENDING"]);
      const left = new Set(later.map((hook) => hook.id));
      const told = untilTold(({ task }) => {
        if (task.status === "CANCELLED") left.delete(task.id);
        return left.size === 0;
      });
      expect((await api.call("POST", `/v1/tasks/${body.id}/cancel`)).status).toBe(200);
      await told;
      return { id: body.id, later: later.map((hook) => hook.id) };
    };

    it("end with their operation, which is told, and offer nothing that would change nothing", async () => {
      const { id, later } = await cancelAtFirst();
      expect(await list("kind=hook&active=true")).toEqual([]);
      const cancelled = await list(`kind=hook&parent=${id}&status=CANCELLED`);
      expect(cancelled.map((hook) => hook.id)).toEqual(expect.arrayContaining(later));
      for (const hookId of later) {
        const { body } = await api.call<HookTaskView>("GET", `/v1/tasks/${hookId}`);
        expect(body).toMatchObject({ status: "CANCELLED", actions: [{ name: "rerun" }] });
        const refused = await api.call<ProblemDocument>("POST", `/v1/tasks/${hookId}/cancel`);
        expect(refused).toMatchObject({
          status: 409,
          body: { code: "ILLEGAL_TRANSITION", allowed: ["rerun"] },
        });
      }
    });

    it("are listed after a restart as before it, and can be run for the first time", async () => {
      const { id, later } = await cancelAtFirst();
      const path = `kind=hook&parent=${id}`;
      const before = await list(path);
      await api.close();
      api = await openApiBox({ store });
      expect(await list(path)).toEqual(before);
      expect(before).toHaveLength(3);
      const again = await api.call<OperationTaskView>("POST", `/v1/tasks/${later[0]}/rerun`);
      expect(again.status).toBe(202);
      await api.untilOperation(again.body.id, "COMPLETED");
    });

    it("are forgotten with their operation", async () => {
      await cancelAtFirst();
      await api.close();
      api = await openApiBox({
        store,
        tacklebox: { retention: { afterEndMs: 0 } },
        feed: { endedFreshMs: 0 },
      });
      expect(await list("kind=hook")).toHaveLength(3);
      let left = 4;
      const gone = untilTold(({ type }) => type === "task.removed" && (left -= 1) === 0);
      while ((await api.tacklebox.removeEnded()) === 0);
      // Not every datastore's queue says so: then whoever reads it finds out.
      expect(await list("kind=operation")).toEqual([]);
      await gone;
      expect(await list("kind=hook")).toEqual([]);
    });
  },
);
