import type { Clock } from "../clock.ts";
import type { NetworkClient } from "./network-client.ts";

/** A clock that skips waits must not skip the time limits of requests that are under way. */
export function holdWhileRequesting(client: NetworkClient, clock: Clock | undefined): NetworkClient {
  const hold = clock?.hold;
  if (hold === undefined) return client;
  return {
    request: async (request, signal) => {
      const release = hold();
      try {
        return await client.request(request, signal);
      } finally {
        release();
      }
    },
    close: () => client.close(),
  };
}
