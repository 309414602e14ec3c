import type { OperationRequest } from "../src/install/prepare-operation.ts";

/** A hook that goes on for ever, with a short sleep after each checkpoint. */
export const tickingHook = `export async function run(ctx) { for (;;) { await ctx.emitCheckpoint("tick"); await ctx.sleep(2); } }`;

/** An install of one app with one after hook; `hooksOnly`: the hook alone. */
export function oneHookInstall(
  appName: string,
  scriptContent: string,
  hooksOnly: boolean,
  port = 8080,
): OperationRequest {
  const script = {
    version: 5,
    script: { version: "1.0.0", changeLog: "" },
    requirements: { locations: [], specifications: [], permissions: [], ports: [port] },
    ensure_directories_exists: [],
    app_values: { network: { web_port: { port_number: port } } },
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
