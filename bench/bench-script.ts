import type { OperationRequest } from "../src/install/prepare-operation.ts";

/** A hook that goes on for ever, with a short sleep after each checkpoint. */
export const tickingHook = `export async function run(ctx) { for (;;) { await ctx.emitCheckpoint("tick"); await ctx.sleep(2); } }`;

/** An install of one app with one after hook; `hooksOnly`: the hook alone. */
export function oneHookInstall(appName: string, scriptContent: string, hooksOnly: boolean): OperationRequest {
  const script = {
    version: 5,
    script: { version: "1.0.0", changeLog: "" },
    requirements: { locations: [], specifications: [], permissions: [], ports: [8080] },
    ensure_directories_exists: [],
    app_values: { network: { web_port: { port_number: 8080 } } },
    installation_questions: [],
    hooks: [{ id: "bench", event: "onAfterInstall", entrypoint: "run", timeout: 600, scriptContent }],
  };
  return {
    operation: "install",
    script: JSON.stringify(script),
    scriptFile: "bench.json",
    appName,
    hooksOnly,
  };
}
