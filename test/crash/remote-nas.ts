import type { NasDriver, NasJobMethod } from "../../src/nas/nas-driver.ts";
import { connectNas } from "../../src/nas/remote/connect-nas.ts";
import { serveNas } from "../../src/nas/remote/serve-nas.ts";

/** A NAS in the test process for workers that are killed: what it runs goes on without them. */
export interface RemoteNasServer {
  url: string;
  /** Calls of `app.create` and `app.upgrade` that the NAS accepted, in order. */
  accepted: { method: NasJobMethod; appName: string }[];
  close(): Promise<void>;
}

const secret = "of-the-crash-tests";

export async function serveLabNas(nas: NasDriver): Promise<RemoteNasServer> {
  const accepted: RemoteNasServer["accepted"] = [];
  const { url, close } = await serveNas(nas, {
    secret,
    onAccepted: ({ method, appName }) => accepted.push({ method, appName }),
  });
  return { url, accepted, close };
}

/** The NAS at that address, as a worker sees it. */
export function connectLabNas(url: string): NasDriver {
  return connectNas(async () => ({ url, secret }));
}
