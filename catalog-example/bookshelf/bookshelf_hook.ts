import type { HookContext } from "../_lib/hook_context.ts";
import { ApiError, jsonApi, type JsonApi } from "../_lib/json_api.ts";
// @ts-expect-error TypeScript knows no .jsonc files; the runtime reads them, comments included.
import defaults from "./libraries.jsonc" with { type: "json" };

interface Library {
  name: string;
  mediaType: string;
  folder: string;
}

export async function afterInstall(ctx: HookContext) {
  const libraries: Library[] = defaults.libraries;
  await ctx.registerCheckpoints([
    { id: "ready", message: "Waiting for Bookshelf to start" },
    { id: "account", message: "Creating the administrator" },
    { id: "libraries", message: `Creating ${libraries.length} libraries` },
  ]);

  await ctx.waitForApp("/ping", { expectedStatus: 200, maxAttempts: 40, initialDelayMs: 500 });
  await ctx.emitCheckpoint("ready", "Bookshelf is up", 20);

  const name = ctx.getInput<string>("admin_name");
  const password = ctx.getInput<string>("admin_password", { type: "string", minLength: 8 });
  await createAdmin(ctx, name, password);
  const cookie = await signIn(ctx, name, password);
  await ctx.emitCheckpoint("account", `Signed in as ${name}`, 50);

  const api = jsonApi(ctx.baseUrl, { Cookie: cookie, Origin: ctx.baseUrl });
  const created = await createLibraries(ctx, api, libraries);
  await ctx.emitCheckpoint("libraries", `${created} libraries created`, 100);
}

export async function afterUpgrade(ctx: HookContext) {
  await ctx.registerCheckpoints([{ id: "ready", message: "Waiting for Bookshelf to start" }]);
  const response = await ctx.waitForApp("/ping", { expectedStatus: 200 });
  ctx.log("ping answered", response.status, "after the upgrade", {
    from: ctx.fromVersion,
    to: ctx.toVersion,
  });
  await ctx.emitCheckpoint("ready");
}

/** A retried hook finds the account of its first attempt. */
async function createAdmin(ctx: HookContext, username: string, password: string) {
  const api = jsonApi(ctx.baseUrl);
  const { initialized } = await api.get<{ initialized: boolean }>("/api/status");
  if (initialized) {
    ctx.log("the administrator exists already");
    return;
  }
  await api.post("/api/init", { username, password });
}

async function signIn(ctx: HookContext, username: string, password: string): Promise<string> {
  const form = new URLSearchParams({ username });
  form.append("password", password);
  const response = await fetch(`${ctx.baseUrl}/login`, { method: "POST", body: form });
  if (!response.ok) {
    ctx.fail("Bookshelf did not accept the administrator's password", [
      { label: "Endpoint", value: "POST /login" },
      { label: "Status", value: `${response.status} ${response.statusText}` },
    ]);
  }
  const session = /session=[^;]+/.exec(response.headers.get("set-cookie") ?? "");
  if (!session) ctx.fail("Bookshelf sent no session cookie");
  return session[0];
}

async function createLibraries(ctx: HookContext, api: JsonApi, libraries: Library[]): Promise<number> {
  const existing = new Set((await api.get<Library[]>("/api/libraries")).map((library) => library.name));
  let created = 0;
  for (const [index, library] of libraries.entries()) {
    // Not awaited on purpose: progress text may lag behind.
    void ctx.updateCheckpointMessage(
      "libraries",
      `Creating ${library.name} (${index + 1} of ${libraries.length})`,
    );
    if (existing.has(library.name)) continue;
    try {
      await api.post("/api/libraries", library);
    } catch (error) {
      if (error instanceof ApiError) ctx.fail(`Could not create the library ${library.name}`, error.context);
      throw error;
    }
    created += 1;
  }
  return created;
}
