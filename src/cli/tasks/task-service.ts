import type { ApiClient } from "../../client/create-api-client.ts";
import type { FollowOptions } from "../../client/follow-events.ts";

/** Who answers for tasks: a server, or this very process on a datastore. Both in the same words. */
export interface TaskService {
  /** What it is called in messages. */
  name: string;
  /** False: nobody works on the tasks while this command does, so that nothing changes by itself. */
  isLive: boolean;
  client: ApiClient;
  /** Where events come from. */
  stream: Pick<FollowOptions, "url" | "token" | "fetch">;
  close(): Promise<void>;
}

/** Where a command's tasks are. */
export interface ServiceOptions {
  server?: string;
  datastore?: string;
}
