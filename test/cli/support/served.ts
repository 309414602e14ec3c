import { createApiClient, requireData, type ApiClient } from "../../../src/client/create-api-client.ts";
import type { HookTask, OperationTask } from "../../../src/client/api-types.ts";
import { followEvents } from "../../../src/client/follow-events.ts";
import { installBody } from "../../api/support/scripts.ts";
import { testDatastoreOptions } from "../../support/test-datastores.ts";
import { spawnForLong, type SpawnedCli } from "./cli.ts";

/** An operation with its hooks, as the events of a task tell it. */
export type Told = OperationTask & { children: HookTask[] };

/** `tacklebox serve` in a process of its own. */
export interface Served extends SpawnedCli {
  url: string;
  /** Token shown at the first start; empty at later ones. */
  token: string;
  client: ApiClient;
  /** What commands need to ask it. */
  env: Record<string, string>;
  /** Begins an install; gives its id. */
  install(hooks: Parameters<typeof installBody>[0], appName?: string): Promise<string>;
  /** Resolves once the operation is as wanted. */
  until(id: string, isIt: (task: Told) => boolean): Promise<Told>;
  /** Asks it to stop, and waits until it has. */
  stop(): Promise<void>;
}

export interface ServeSettings {
  cwd: string;
  args?: string[];
  /** Of an earlier start on the same datastore. */
  token?: string;
}

/** Starts it on a free port and waits until it is ready. */
export async function startServer({ cwd, args = [], token: known }: ServeSettings): Promise<Served> {
  const spawned = spawnForLong(["serve", "--port", "0", ...args], {
    cwd,
    env: { TACKLEBOX_KEY: testDatastoreOptions.key },
  });
  const [, url = ""] = await spawned.says(/is ready: (http:\/\/[\d.:]+)/);
  await spawned.says(/ catalog {4}/);
  const token = known ?? (await spawned.says(/API token {2}(tbx_\S+)/))[1] ?? "";
  const client = createApiClient({ url, token: () => token });
  return {
    ...spawned,
    url,
    token,
    client,
    env: { TACKLEBOX_KEY: testDatastoreOptions.key, TACKLEBOX_TOKEN: token },
    install: async (hooks, appName = "testapp") => {
      const { script } = installBody(hooks, { port: 20_000 + (portOf(appName) % 9000) });
      const body = { script: script as string, scriptFile: "testapp.json", appName };
      return (await requireData(client.POST("/v1/installs", { body }))).id;
    },
    until: (id, isIt) => untilTask({ url, token, id }, isIt),
    stop: async () => {
      spawned.child.kill("SIGTERM");
      await spawned.result;
    },
  };
}

/** Apps need ports of their own. */
const portOf = (appName: string): number =>
  Buffer.from(appName).reduce((sum, byte) => (sum * 31 + byte) % 100_003, 7);

async function untilTask(
  { url, token, id }: { url: string; token: string; id: string },
  isIt: (task: Told) => boolean,
): Promise<Told> {
  const found = new AbortController();
  const { promise, resolve } = Promise.withResolvers<Told>();
  const followed = followEvents({
    url,
    path: `/v1/tasks/${id}/events`,
    token: () => token,
    signal: found.signal,
    onEvent: (event) => {
      if (event.type !== "task.updated" || !isIt(event.task as Told)) return;
      resolve(event.task as Told);
      found.abort();
    },
  });
  await followed;
  return await promise;
}
