import type { HookContext } from "../_lib/hook_context.ts";
import { jsonApi } from "../_lib/json_api.ts";

interface Backup {
  id: number;
  state: "running" | "done" | "failed";
}

/** Version 2 changes the library database, so version 1 saves it first. */
export async function backup(ctx: HookContext) {
  await ctx.registerCheckpoints([
    { id: "start", message: `Starting a backup of version ${ctx.fromVersion}` },
    { id: "done", message: "Waiting for the backup" },
  ]);
  const api = jsonApi(ctx.baseUrl);
  let latest = await api.post<Backup>("/maintenance/backups", { reason: `upgrade to ${ctx.toVersion}` });
  await ctx.emitCheckpoint("start", undefined, 30);
  for (let polls = 0; latest.state === "running" && polls < 60; polls += 1) {
    await ctx.sleep(500);
    latest = await api.get<Backup>(`/maintenance/backups/${latest.id}`);
  }
  if (latest.state !== "done") {
    ctx.fail("The backup did not end well, so the upgrade is held back", [
      { label: "Backup", value: latest.id },
      { label: "State", value: latest.state },
    ]);
  }
  await ctx.emitCheckpoint("done", `Backup ${latest.id} is complete`);
}

export async function rescan(ctx: HookContext) {
  await ctx.registerCheckpoints([
    { id: "ready", message: `Waiting for version ${ctx.toVersion} to start` },
    { id: "scan", message: "Scanning the libraries" },
  ]);
  const response = await ctx.waitForApp("/identity", { expectedStatus: 200, initialDelayMs: 250 });
  const { version } = (await response.json()) as { version: string };
  await ctx.emitCheckpoint("ready", `Version ${version} is up`, 50);
  const { scanned } = await jsonApi(ctx.baseUrl).post<{ scanned: number }>("/library/scan");
  await ctx.emitCheckpoint("scan", `${scanned} libraries scanned`, 100);
}

export async function migrateWatchlists(ctx: HookContext) {
  await ctx.waitForApp("/identity", { expectedStatus: 200 });
  await jsonApi(ctx.baseUrl).post("/watchlists/migrate");
  await ctx.emitCheckpoint("migrated", "Watchlists migrated");
}
