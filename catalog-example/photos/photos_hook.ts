import type { HookContext } from "../_lib/hook_context.ts";
import { jsonApi } from "../_lib/json_api.ts";

export async function afterInstall(ctx: HookContext) {
  await ctx.registerCheckpoints([
    { id: "ready", message: "Waiting for Photos to start" },
    { id: "admin", message: "Creating the administrator" },
    { id: "settings", message: "Writing your settings" },
    { id: "map", message: "Switching the map on" },
    { id: "welcome", message: "Uploading a first picture" },
  ]);

  await ctx.waitForApp("/api/server/ping", { expectedStatus: [200, 204], maxDelayMs: 10_000 });
  await ctx.emitCheckpoint("ready");

  const email = ctx.getInput<string>("admin_email", { type: "string", pattern: "^[^@]+@[^@]+$" });
  const password = ctx.getInput<string>("admin_password");
  const anonymous = jsonApi(ctx.baseUrl);
  // A second attempt finds the administrator that the first one made.
  const { isInitialized } = await anonymous.get<{ isInitialized: boolean }>("/api/server/config");
  if (!isInitialized) {
    await anonymous.post("/api/auth/admin-sign-up", { email, password, name: "Administrator" });
  }
  const { accessToken } = await anonymous.post<{ accessToken: string }>("/api/auth/login", {
    email,
    password,
  });
  await ctx.emitCheckpoint("admin", `Signed in as ${email}`);

  const authorization = { Authorization: `Bearer ${accessToken}` };
  const api = jsonApi(ctx.baseUrl, authorization);
  await api.put("/api/system-config", {
    storageTemplate: ctx.getInput<string>("layout", { enum: ["year", "year-month", "album"] }),
    trash: { days: ctx.getInput<number>("trash_days", { type: "integer", minimum: 0 }) },
    machineLearning: { facialRecognition: ctx.getInput<boolean>("face_recognition", { type: "boolean" }) },
  });
  await ctx.emitCheckpoint("settings");

  const mapKey = optionalInput(ctx, "map_key");
  if (mapKey === null) {
    await ctx.skipCheckpoint("map", "No key for the map service was given");
  } else {
    await api.put("/api/system-config/map", { enabled: true, key: mapKey });
    await ctx.emitCheckpoint("map");
  }

  await uploadWelcome(ctx, authorization);
  await ctx.emitCheckpoint("welcome", "Photos is ready", 100);
}

/** An input that is not required may have no answer; `getInput` then throws. */
function optionalInput(ctx: HookContext, id: string): string | null {
  try {
    return ctx.getInput<string>(id) || null;
  } catch {
    return null;
  }
}

async function uploadWelcome(ctx: HookContext, headers: Record<string, string>) {
  const picture = new TextEncoder().encode(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4.5" cy="4.5" r="4"/></svg>',
  );
  const form = new FormData();
  form.append("deviceAssetId", "welcome");
  form.append("assetData", new Blob([picture], { type: "image/svg+xml" }), "welcome.svg");
  const response = await fetch(`${ctx.baseUrl}/api/assets`, { method: "POST", headers, body: form });
  if (!response.ok) {
    ctx.fail("The first picture could not be uploaded", [
      { label: "Status", value: response.status },
      { label: "Answer", value: (await response.text()).slice(0, 200) },
    ]);
  }
}
