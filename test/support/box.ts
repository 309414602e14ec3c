import { createTacklebox, type Tacklebox, type TackleboxOptions } from "../../src/create-tacklebox.ts";
import { openDatastore, type OpenDatastoreOptions } from "../../src/datastore/open-datastore.ts";
import type { Datastore } from "../../src/datastore/datastore.ts";
import type { OperationRequest } from "../../src/install/prepare-operation.ts";
import type { JsonObject } from "../../src/json.ts";
import { createSimulatedNas } from "../../src/nas/create-simulated-nas.ts";
import type { NasDriver } from "../../src/nas/nas-driver.ts";
import type {
  SimulatedNasControl,
  SimulatedNasOptions,
} from "../../src/nas/simulated/simulated-nas-options.ts";
import { testDatastoreOptions } from "./test-datastore-options.ts";
import type { HookTaskView, OperationTaskView, TaskView } from "../../src/task/task-view.ts";

/** A whole tacklebox on a simulated NAS, with what tests want to know of it. */
export interface Box {
  tacklebox: Tacklebox;
  nas: NasDriver & SimulatedNasControl;
  datastore: Datastore | null;
  /** Troubles reported so far. */
  troubles: string[];
  /** Each view of a task seen so far, in order. */
  seen: TaskView[];
  /** Resolves with the first view, seen already or still to come, that `matches`. */
  until<T extends TaskView>(matches: (view: TaskView) => view is T): Promise<T>;
  untilHook(hookId: string, status: HookTaskView["status"]): Promise<HookTaskView>;
  untilOperation(id: string, status: OperationTaskView["status"]): Promise<OperationTaskView>;
  close(): Promise<void>;
}

export interface BoxOptions {
  /** Absent: in memory, without a queue. */
  datastoreUrl?: string;
  datastoreOptions?: OpenDatastoreOptions;
  nas?: SimulatedNasOptions;
  tacklebox?: Partial<TackleboxOptions>;
}

export async function openBox(options: BoxOptions = {}): Promise<Box> {
  const datastore =
    options.datastoreUrl === undefined
      ? null
      : await openDatastore(options.datastoreUrl, { ...testDatastoreOptions, ...options.datastoreOptions });
  const nas = await createSimulatedNas({ stepMs: 1, readyAfterMs: 1, ...options.nas });
  const seen: TaskView[] = [];
  const troubles: string[] = [];
  const waiting = new Set<(view: TaskView) => void>();
  const observe = (view: TaskView): void => {
    seen.push(view);
    for (const listener of waiting) listener(view);
  };
  const tacklebox = createTacklebox({
    nas,
    ...(datastore === null ? {} : { datastore }),
    observer: { hookChanged: observe, operationChanged: observe },
    onTrouble: (text) => troubles.push(text),
    parkAfterMs: 20,
    ...options.tacklebox,
  });
  const until = <T extends TaskView>(matches: (view: TaskView) => view is T): Promise<T> => {
    const known = seen.find(matches);
    if (known !== undefined) return Promise.resolve(known);
    const { promise, resolve } = Promise.withResolvers<T>();
    const listener = (view: TaskView): void => {
      if (!matches(view)) return;
      waiting.delete(listener);
      resolve(view);
    };
    waiting.add(listener);
    return promise;
  };
  return {
    tacklebox,
    nas,
    datastore,
    troubles,
    seen,
    until,
    untilHook: (hookId, status) =>
      until(
        (view): view is HookTaskView =>
          view.kind === "hook" && view.hookId === hookId && view.status === status,
      ),
    untilOperation: (id, status) =>
      until(
        (view): view is OperationTaskView =>
          view.kind === "operation" && view.id === id && view.status === status,
      ),
    close: async () => {
      await tacklebox.close();
      await nas.close();
      await datastore?.close();
    },
  };
}

/** An install request for a script with these inline hooks. */
export function installRequest(
  hooks: (JsonObject & { scriptContent: string })[],
  more: Partial<OperationRequest> & { port?: number } = {},
): OperationRequest {
  const { port = 8080, ...request } = more;
  const declared = hooks.map((hook, index) => ({
    id: `hook-${index}`,
    event: "onAfterInstall",
    entrypoint: "run",
    timeout: 20,
    ...hook,
  }));
  const script = {
    version: 5,
    script: { version: "1.0.0", changeLog: "" },
    requirements: { locations: [], specifications: [], permissions: [], ports: [port] },
    ensure_directories_exists: [],
    app_values: { network: { web_port: { port_number: port } } },
    installation_questions: [],
    hooks: declared,
  };
  return {
    operation: "install",
    script: JSON.stringify(script, null, 2),
    scriptFile: "testapp.json",
    ...request,
  };
}
