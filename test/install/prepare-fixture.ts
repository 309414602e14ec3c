import {
  prepareOperation,
  type OperationRequest,
  type PreparedOperation,
} from "../../src/install/prepare-operation.ts";
import type { AppChoices } from "../../src/install/expand-script.ts";
import type { JsonObject } from "../../src/json.ts";
import type { InstallFixture } from "./install-fixture.ts";

export const inline = (id: string, more: JsonObject = {}): JsonObject => ({
  id,
  event: "onAfterInstall",
  entrypoint: "run",
  scriptContent: `export async function run(ctx) { ctx.log(${JSON.stringify(id)}); }`,
  ...more,
});
export const scriptOf = (hooks: JsonObject[], more: JsonObject = {}): JsonObject => ({
  version: 5,
  script: { version: "1.2.0", changeLog: "" },
  requirements: { locations: ["Media"], specifications: [], permissions: [], ports: [8080, 9090] },
  hooks,
  ...more,
});
export const question = (key: string, more: JsonObject = {}): JsonObject => ({
  question: `${key}?`,
  key,
  type: "text",
  ...more,
});
export const input = (id: string, more: JsonObject = {}): JsonObject => ({
  type: "question",
  id,
  question: question(id, more),
});

export interface Wanted extends Omit<Partial<OperationRequest>, "script"> {
  kept?: AppChoices;
}

/** Prepares an install of `shelf.json`, as far as nothing else is wanted. */
export function prepareOn(
  fixture: InstallFixture,
  script: JsonObject | string,
  { kept, ...more }: Wanted = {},
): Promise<PreparedOperation> {
  const request: OperationRequest = {
    operation: "install",
    script: typeof script === "string" ? script : JSON.stringify(script, null, 2),
    scriptFile: "shelf.json",
    ...more,
  };
  return prepareOperation(request, fixture.runtime.nas, 1000, async () => kept ?? null);
}

/** `kind` of each step, hooks by their id, those that do not run in brackets. */
export const storyOf = ({ record }: PreparedOperation): string[] =>
  record.steps.map((step) => {
    if (step.kind !== "hook") return step.kind;
    return step.task === null ? `(${step.hookId})` : step.hookId;
  });
