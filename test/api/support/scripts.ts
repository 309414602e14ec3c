import type { JsonObject } from "../../../src/json.ts";
import { installRequest } from "../../support/box.ts";

/** Body of `POST /v1/installs` for a script with these inline hooks. */
export function installBody(
  hooks: (JsonObject & { scriptContent: string })[],
  { port = 8080, ...more }: JsonObject & { port?: number } = {},
): JsonObject {
  return { script: installRequest(hooks, { port }).script, scriptFile: "testapp.json", ...more };
}

export const quickHook = {
  id: "quick",
  scriptContent:
    "export async function run(ctx) { ctx.log('hello', ctx.resourceId); await ctx.emitCheckpoint('done'); }",
};

/** Fails until the user clicks Skip, or for good when asked to. */
export const failingHook = {
  id: "failing",
  scriptContent: "export async function run(ctx) { ctx.fail('no luck', [{ label: 'Status', value: 500 }]); }",
};

/** Waits at a checkpoint, and logs what was clicked. */
export const waitingHook = {
  id: "waiting",
  scriptContent: `export async function run(ctx) {
    ctx.log("before");
    const action = await ctx.awaitCheckpointRetry("step", "not yet", [{ label: "Try", value: 1 }]);
    ctx.log("clicked " + action);
    if (action === "retry") await ctx.emitCheckpoint("step");
  }`,
};

const asked = (id: string, question: string, type: string) => ({
  type: "question",
  id,
  question: { question, type, key: id, required: true },
});

/** Fails as long as the password is another. */
export const guessingHook = {
  id: "guessing",
  inputs: [asked("user", "User?", "text"), asked("secret", "Password?", "password")],
  scriptContent: `export async function run(ctx) {
    ctx.log("as", ctx.inputs.user);
    if (ctx.inputs.secret !== "sesame-7261") ctx.fail("wrong password");
  }`,
};

export const askingHook = {
  id: "asking",
  inputs: [
    asked("name", "Name?", "text"),
    asked("count", "How many?", "number"),
    asked("secret", "Password?", "password"),
  ],
  scriptContent:
    "export async function run(ctx) { ctx.log(ctx.getInput('name') + ' ' + ctx.getInput('count') + ' ' + ctx.getInput('secret')); }",
};
