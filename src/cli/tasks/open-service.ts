import { existsSync } from "node:fs";
import { createApiClient } from "../../client/create-api-client.ts";
import { parseDatastoreUrl } from "../../datastore/datastore-url.ts";
import { TackleboxError, errorCodeOf } from "../../errors.ts";
import type { CliContext } from "../cli-context.ts";
import { defaultServer, serveDatastore } from "../default-datastore.ts";
import type { ServiceOptions, TaskService } from "./task-service.ts";

/** How long the usual address may take to answer, in milliseconds. */
const patienceMs = 1000;

/**
 * Opens what answers for the tasks a command is about, and closes it after. The options win over the environment; when neither
 * says where, it is the server at the usual address, if one answers, else the datastore such a server keeps.
 */
export async function withService<T>(
  context: CliContext,
  options: ServiceOptions,
  use: (service: TaskService) => Promise<T>,
): Promise<T> {
  const service = await openService(context, options);
  try {
    return await use(service);
  } catch (error) {
    throw errorCodeOf(error) === "UNAUTHORIZED" ? notSignedIn(context, service) : error;
  } finally {
    await service.close();
  }
}

async function openService(context: CliContext, options: ServiceOptions): Promise<TaskService> {
  const { serverUrl, datastoreUrl } = context.environment;
  if (options.server !== undefined && options.datastore !== undefined) {
    throw new TackleboxError(
      "USAGE",
      "--server, --datastore: both were found, expected one of them; keep the one that is meant.",
    );
  }
  if (options.server !== undefined) return openServer(context, options.server, "--server");
  if (options.datastore !== undefined) return await openLocal(context, options.datastore);
  if (serverUrl !== null) return openServer(context, serverUrl, "TACKLEBOX_SERVER");
  if (datastoreUrl !== null) return await openLocal(context, datastoreUrl);
  if (await answers(defaultServer)) return openServer(context, defaultServer, "--server");
  const target = parseDatastoreUrl(serveDatastore);
  if (target.kind === "pglite" && existsSync(target.folder)) return await openLocal(context, serveDatastore);
  throw new TackleboxError(
    "SERVER_UNREACHABLE",
    `${defaultServer}: no tacklebox server answers, and there is no datastore ${serveDatastore}, expected one of them; ` +
      "start tacklebox serve, or name a server with --server or a datastore with --datastore.",
  );
}

function openServer({ environment }: CliContext, text: string, where: string): TaskService {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.pathname !== "/" || url.search !== "") {
    throw new TackleboxError(
      "USAGE",
      `${where}: found ${JSON.stringify(text)}, expected the address of a server, such as ${defaultServer}; correct it.`,
    );
  }
  const stream = { url: url.origin, token: () => environment.token };
  return { name: url.origin, isLive: true, client: createApiClient(stream), stream, close: async () => {} };
}

/** Fastify and all that are loaded only when this process answers itself. */
async function openLocal(context: CliContext, datastoreUrl: string): Promise<TaskService> {
  const { openLocalService } = await import("./open-local-service.ts");
  return await openLocalService(context, datastoreUrl);
}

/** True when a tacklebox server is there. */
async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(patienceMs) });
    return response.ok && ((await response.json()) as { status?: unknown }).status === "ok";
  } catch {
    return false;
  }
}

function notSignedIn({ environment }: CliContext, { name }: TaskService): TackleboxError {
  const found = environment.token === null ? "is not set" : "holds a token that is not known there";
  return new TackleboxError(
    "UNAUTHORIZED",
    `${name}: TACKLEBOX_TOKEN ${found}, expected a token of that server; use the one shown at its first start, ` +
      'or make one where its datastore is: "tacklebox token create NAME --datastore URL" (stop the server first when that is ' +
      "a pglite: folder).",
  );
}
