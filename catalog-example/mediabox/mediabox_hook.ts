import type { HookContext } from "../_lib/hook_context.ts";
import { errorOf, libraries } from "./mediabox_api.ts";

/** Before the app exists: nobody else may answer at its address. */
export async function beforeInstall(ctx: HookContext) {
  await ctx.registerCheckpoints([{ id: "address", message: `Checking port ${ctx.port}` }]);
  let answer: Response | null = null;
  try {
    answer = await fetch(`${ctx.baseUrl}/identity`, { signal: AbortSignal.timeout(3000) });
  } catch (error) {
    ctx.log("nothing answers at the address of the app, as it should be:", `${error}`);
  }
  if (answer?.headers.get("content-type")?.includes("json")) {
    ctx.fail("Another server already answers at the address of Mediabox", [
      { label: "Address", value: ctx.baseUrl },
      { label: "Status", value: answer.status },
    ]);
  }
  await ctx.emitCheckpoint("address", `Port ${ctx.port} is free`, 100);
}

export async function afterInstall(ctx: HookContext) {
  await ctx.registerCheckpoints([
    { id: "ready", message: "Waiting for Mediabox to start" },
    { id: "claim", message: "Connecting the server to your account" },
    { id: "preferences", message: "Naming the server" },
    ...libraries.map(({ id, name }) => ({ id, message: `Creating ${name}` })),
  ]);

  await ctx.waitForApp("/identity", { expectedStatus: 200, initialDelayMs: 250, maxDelayMs: 5000 });
  await ctx.emitCheckpoint("ready", "Mediabox is up", 20);

  const { authToken } = ctx.getInput<{ authToken: string }>("mediabox_login");
  const account = await claim(ctx, authToken);
  await ctx.emitCheckpoint("claim", `Connected to the account of ${account}`, 40);

  const name = ctx.getInput<string>("server_name", { type: "string", minLength: 1, maxLength: 60 });
  await fetch(`${ctx.baseUrl}/:/prefs?friendlyName=${encodeURIComponent(name)}`, { method: "PUT" });
  await ctx.emitCheckpoint("preferences", `Named ${name}`, 50);

  for (const [index, library] of libraries.entries()) {
    await createLibrary(ctx, library, authToken, 50 + ((index + 1) * 50) / libraries.length);
  }
}

/** Gives the name of the account. */
async function claim(ctx: HookContext, token: string): Promise<string> {
  const user = await fetch("https://accounts.mediabox.example/api/v2/user", {
    headers: { Accept: "application/json", "X-Token": token },
  });
  if (!user.ok) {
    ctx.fail("Mediabox did not accept the sign-in", [{ label: "Status", value: user.status }]);
  }
  const response = await fetch(`${ctx.baseUrl}/account/claim`, {
    method: "POST",
    headers: { "X-Token": token },
  });
  if (!response.ok) {
    ctx.fail("The server could not be connected to your account", [
      { label: "Endpoint", value: "POST /account/claim" },
      { label: "Answer", value: await errorOf(response) },
    ]);
  }
  const { username } = (await user.json()) as { username: string };
  return username;
}

/** A library that fails waits for the user, again and again, until it works or is skipped. */
async function createLibrary(
  ctx: HookContext,
  { id, name, type, location }: (typeof libraries)[number],
  token: string,
  progress: number,
) {
  const query = new URLSearchParams({ name, type: String(type), location });
  while (true) {
    const response = await fetch(`${ctx.baseUrl}/library/sections?${query}`, {
      method: "POST",
      headers: { "X-Token": token },
    });
    if (response.ok) {
      await ctx.emitCheckpoint(id, `${name} is ready`, progress);
      return;
    }
    const action = await ctx.awaitCheckpointRetry(id, await errorOf(response), [
      { label: "Endpoint", value: "POST /library/sections" },
      { label: "Status", value: response.status },
    ]);
    if (action === "skip") {
      await ctx.skipCheckpoint(id, `${name} was skipped`);
      return;
    }
    await ctx.updateCheckpointMessage(id, `Creating ${name} once more`);
  }
}
