import type { HookContext } from "../_lib/hook_context.ts";
import { ApiError, jsonApi } from "../_lib/json_api.ts";

const folders = [
  { id: "documents", label: "Documents", path: "/sync/documents" },
  { id: "phones", label: "Phone photos", path: "/sync/phones" },
];

export async function shareFolders(ctx: HookContext) {
  await ctx.registerCheckpoints([
    { id: "ready", message: "Waiting for Sync to start" },
    ...folders.map(({ id, label }) => ({ id, message: `Sharing ${label}` })),
  ]);
  await ctx.waitForApp("/rest/noauth/health", { expectedStatus: 200 });
  await ctx.emitCheckpoint("ready");
  for (const folder of folders) await share(ctx, folder);
}

/** Asks the user after each failure; a folder that was skipped can be shared by hand later. */
async function share(ctx: HookContext, folder: (typeof folders)[number]) {
  const api = jsonApi(ctx.baseUrl);
  for (;;) {
    try {
      await api.put(`/rest/config/folders/${folder.id}`, folder);
      await ctx.emitCheckpoint(folder.id, `${folder.label} is shared`);
      return;
    } catch (error) {
      const context = error instanceof ApiError ? error.context : [];
      const action = await ctx.awaitCheckpointRetry(folder.id, `${error}`, context);
      if (action === "retry") continue;
      // Not awaited: the runtime finishes the call before the hook ends.
      void ctx.skipCheckpoint(folder.id, "Skipped by user");
      return;
    }
  }
}

/** Optional: without it the devices find the server a few minutes later. */
export async function announce(ctx: HookContext) {
  const response = await fetch(`${ctx.baseUrl}/rest/system/announce`, { method: "POST" });
  if (!response.ok) {
    ctx.fail("The server could not be announced", [
      { label: "Endpoint", value: "POST /rest/system/announce" },
      { label: "Status", value: response.status },
    ]);
  }
  await ctx.emitCheckpoint("announced", "Your devices know the server");
}

export async function joinRelays(ctx: HookContext) {
  await jsonApi(ctx.baseUrl).put("/rest/config/options", { relaysEnabled: true, termsAccepted: true });
  await ctx.emitCheckpoint("joined", "Relays are in use", 100);
}
