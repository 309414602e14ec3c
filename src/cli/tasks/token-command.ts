import { requireData, type ApiClient } from "../../client/create-api-client.ts";
import { TackleboxError } from "../../errors.ts";
import type { CliContext } from "../cli-context.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { printableLine } from "../printable.ts";
import { withService } from "./open-service.ts";
import { aligned, shortTime } from "./task-table.ts";
import type { ServiceOptions } from "./task-service.ts";

/** The options of `tacklebox token`. */
export interface TokenOptions extends ServiceOptions {
  json?: boolean;
}

export type TokenVerb = "create" | "list" | "revoke";

/** `tacklebox token`: who may use the API. */
export async function tokenCommand(
  context: CliContext,
  { verb, subject }: { verb: TokenVerb; subject: string | undefined },
  options: TokenOptions,
): Promise<ExitCode> {
  const name = verb === "list" ? "" : requireSubject(verb, subject);
  await withService(context, options, async ({ client }) => {
    if (verb === "create") await create(context, client, { name, json: options.json === true });
    else if (verb === "list") await list(context, client, options.json === true);
    else await revoke(context, client, name);
  });
  return exitCodes.ok;
}

async function create(
  { terminal }: CliContext,
  client: ApiClient,
  { name, json }: { name: string; json: boolean },
): Promise<void> {
  const made = await requireData(client.POST("/v1/tokens", { body: { name } }));
  terminal.data(json ? JSON.stringify(made, null, 2) : made.token);
  terminal.say(
    `Token ${made.id} "${printableLine(name)}" was made; it is shown this once and kept as a hash.`,
  );
}

async function list({ terminal }: CliContext, client: ApiClient, json: boolean): Promise<void> {
  const all = await requireData(client.GET("/v1/tokens"));
  if (json) {
    terminal.data(JSON.stringify(all, null, 2));
    return;
  }
  const rows = all.items.map(({ id, name, createdAt }) => [id, shortTime(createdAt), printableLine(name)]);
  if (rows.length === 0) terminal.say("There are no tokens.");
  else for (const line of aligned([["Token", "Made", "Name"], ...rows])) terminal.data(line);
}

async function revoke({ terminal }: CliContext, client: ApiClient, id: string): Promise<void> {
  await requireData(client.DELETE("/v1/tokens/{id}", { params: { path: { id } } }));
  terminal.say(`Token ${id} is no longer good.`);
}

function requireSubject(verb: TokenVerb, subject: string | undefined): string {
  if (subject !== undefined && subject !== "") return subject;
  const expected = verb === "create" ? "a name to know it by" : "the id of a token";
  throw new TackleboxError("USAGE", `token ${verb}: nothing was named, expected ${expected}; name it.`);
}
