import { createApiServer, type ApiServer } from "../../api/create-api-server.ts";
import { createSignInCodes } from "../../api/sign-in-codes.ts";
import { createTokenStore, type TokenStore } from "../../api/tokens.ts";
import { createApiClient } from "../../client/create-api-client.ts";
import { systemClock } from "../../clock.ts";
import { createTacklebox } from "../../create-tacklebox.ts";
import type { Datastore } from "../../datastore/datastore.ts";
import { TackleboxError, errorCodeOf, errorText } from "../../errors.ts";
import { createTaskFeed } from "../../feed/task-feed.ts";
import { noNas } from "../../nas/no-nas.ts";
import type { CliContext } from "../cli-context.ts";
import { openCommandDatastore } from "../open-command-datastore.ts";
import { printable } from "../printable.ts";
import { requireExistingDatastore } from "../require-existing-datastore.ts";
import type { TaskService } from "./task-service.ts";

/** What the process itself is known by; it asks nobody else. */
const ownToken = "tbx_this-process";
const url = "http://localhost";

/** The server's own routes on a datastore, in this process and without a port; no hook runs in it. */
export async function openLocalService(context: CliContext, datastoreUrl: string): Promise<TaskService> {
  requireExistingDatastore(datastoreUrl, "correct the path, or name a server with --server");
  const datastore = await open(context, datastoreUrl);
  const closers: (() => Promise<void>)[] = [() => datastore.close()];
  const close = async (): Promise<void> => {
    for (const closeIt of closers.toReversed()) await closeIt();
  };
  try {
    const server = await openServer(context, datastore, closers);
    const stream = { url, token: () => ownToken, fetch: server.fetch };
    const isLive = datastore.kind !== "pglite";
    return { name: datastore.displayUrl, isLive, client: createApiClient(stream), stream, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openServer(
  { terminal }: CliContext,
  datastore: Datastore,
  closers: (() => Promise<void>)[],
): Promise<ApiServer> {
  const onTrouble = (text: string): void => terminal.say(`${terminal.colors.yellow("!")} ${printable(text)}`);
  const clock = systemClock;
  const tacklebox = createTacklebox({ nas: noNas, datastore, spareSandboxes: 0, onTrouble });
  closers.push(() => tacklebox.close());
  const feed = await createTaskFeed({ datastore, reader: tacklebox, onTrouble });
  closers.push(() => feed.close());
  const tokens = trustingItself(createTokenStore(datastore.documents, clock));
  const codes = createSignInCodes(clock);
  const services = { tacklebox, datastore, nas: noNas, feed, tokens, codes, clock, catalogRoot: null };
  // What the routes cannot do is told as the answer to the one who asked.
  const server = await createApiServer({ ...services, onTrouble: () => {} });
  closers.push(() => server.close());
  return server;
}

function trustingItself(tokens: TokenStore): TokenStore {
  const self = { id: "self", name: "this process", createdAt: "" };
  return { ...tokens, check: async (token) => (token === ownToken ? self : null) };
}

async function open(context: CliContext, datastoreUrl: string): Promise<Datastore> {
  try {
    return await openCommandDatastore(context, datastoreUrl);
  } catch (error) {
    if (errorCodeOf(error) !== "DATASTORE_LOCKED") throw error;
    throw new TackleboxError(
      "DATASTORE_LOCKED",
      `${errorText(error)} When a server has it, ask that one: --server URL (http://127.0.0.1:8330 unless it was told otherwise).`,
      { cause: error },
    );
  }
}
