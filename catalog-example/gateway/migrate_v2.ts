import type { HookContext } from "../_lib/hook_context.ts";
import { jsonApi } from "../_lib/json_api.ts";

/** A route as version 1 has it: `"media.home -> 192.168.1.5:8096"`. */
type RouteV1 = string;

interface RouteV2 {
  host: string;
  target: string;
}

/** Version 1 is still running: it stops taking changes and keeps its routes where version 2 finds them. */
export async function exportRoutes(ctx: HookContext) {
  await ctx.registerCheckpoints([
    { id: "freeze", message: "Stopping changes to the routes" },
    { id: "export", message: `Exporting the routes of version ${ctx.fromVersion}` },
  ]);
  const api = jsonApi(ctx.baseUrl);
  await api.put("/api/v1/frozen", { frozen: true });
  await ctx.emitCheckpoint("freeze");
  const { count } = await api.post<{ count: number }>("/api/v1/export", { for: ctx.toVersion });
  await ctx.emitCheckpoint("export", `${count} routes exported`);
}

/** Version 2 is running: each exported route is written in the new form, then the export is removed. */
export async function importRoutes(ctx: HookContext) {
  await ctx.registerCheckpoints([
    { id: "ready", message: "Waiting for version 2" },
    { id: "routes", message: "Importing the routes" },
    { id: "clean", message: "Removing the export" },
  ]);
  await ctx.waitForApp("/api/v2/status", { expectedStatus: 200 });
  await ctx.emitCheckpoint("ready", undefined, 10);

  const api = jsonApi(ctx.baseUrl);
  const routes = (await api.get<RouteV1[]>("/api/v2/export")).map(toRouteV2);
  for (const [index, route] of routes.entries()) {
    // PUT by host: a second attempt writes the same routes again and changes nothing.
    await api.put(`/api/v2/routes/${encodeURIComponent(route.host)}`, route);
    await ctx.updateCheckpointMessage("routes", `Imported ${route.host} (${index + 1} of ${routes.length})`);
  }
  await ctx.emitCheckpoint("routes", `${routes.length} routes imported`, 90);
  await api.delete("/api/v2/export", { imported: routes.length });
  await ctx.emitCheckpoint("clean", undefined, 100);
}

export async function dropLegacyApi(ctx: HookContext) {
  await ctx.waitForApp("/api/v2/status", { expectedStatus: 200 });
  await jsonApi(ctx.baseUrl).delete("/api/v1");
  await ctx.emitCheckpoint("dropped", "The API of version 1 is off");
}

export async function checkRoutes(ctx: HookContext) {
  const response = await ctx.waitForApp("/api/v2/status", { expectedStatus: 200 });
  const { routes } = (await response.json()) as { routes: number };
  ctx.log(
    `${ctx.resourceType} ${ctx.resourceId}: ${routes} routes after ${ctx.event} ${ctx.fromVersion} -> ${ctx.toVersion}`,
  );
  await ctx.emitCheckpoint("checked", `${routes} routes are served`);
}

function toRouteV2(route: RouteV1): RouteV2 {
  const [host = "", target = ""] = route.split(" -> ");
  return { host, target: `http://${target}` };
}
