import type { Clock } from "../clock.ts";
import type { Tacklebox } from "../create-tacklebox.ts";
import type { Datastore } from "../datastore/datastore.ts";
import type { TaskFeed } from "../feed/task-feed.ts";
import type { NasDriver } from "../nas/nas-driver.ts";
import type { EventStreams } from "./event-stream.ts";
import type { SignInCodes } from "./sign-in-codes.ts";
import type { TokenStore } from "./tokens.ts";

/** What the routes act through. */
export interface ApiServices {
  tacklebox: Tacklebox;
  datastore: Datastore;
  nas: NasDriver;
  feed: TaskFeed;
  streams: EventStreams;
  tokens: TokenStore;
  codes: SignInCodes;
  clock: Clock;
  /** The folder of the catalog; null when there is none. */
  catalogRoot: string | null;
}
