import { afterEach, describe, expect, it } from "vitest";
import { buildSandboxCode } from "../../src/runtime/sandbox-code.ts";
import { resolveSandboxLimits } from "../../src/runtime/sandbox-limits.ts";
import { startSandboxProcess, type SandboxProcess } from "../../src/runtime/sandbox-process.ts";

/** A program that says these messages as soon as it runs, and then stays. */
const saying = (...messages: object[]): string => `
  for (const message of ${JSON.stringify(messages)}) {
    const json = Buffer.from(JSON.stringify(message));
    const header = Buffer.alloc(8);
    header.writeUInt32LE(json.length, 0);
    require("node:fs").writeSync(4, Buffer.concat([header, json]));
  }
  setInterval(() => {}, 1000);`;

const ready = { type: "ready" };
const turn = { type: "turn", messages: [], done: true };

describe("a sandbox process", () => {
  let sandbox: SandboxProcess;
  const start = async (child: string): Promise<void> => {
    sandbox = startSandboxProcess({ ...(await buildSandboxCode()), child }, resolveSandboxLimits());
    await sandbox.ready;
  };
  afterEach(async () => {
    sandbox.kill("HOOK_CANCELLED", "the test has ended.");
    await sandbox.exited;
  });

  it.each([
    ["says twice that it is ready", [ready, ready]],
    ["says something while nobody listens", [ready, turn]],
  ])("that %s is killed", async (_what, messages) => {
    await start(saying(...messages));
    expect(await sandbox.exited).toMatchObject({ code: "HOOK_PROTOCOL" });
  });

  it("that is gone says so to whoever listens, also to one who comes later", async () => {
    await start(saying(ready));
    const exits: string[] = [];
    const listener = {
      onTurn: () => {},
      onExit: ({ code }: { code: string }): void => void exits.push(code),
    };
    sandbox.attach(listener);
    sandbox.kill("HOOK_TIMEOUT", "for the test.");
    await sandbox.exited;
    sandbox.attach(listener);
    await Promise.resolve();
    expect(exits).toEqual(["HOOK_TIMEOUT", "HOOK_TIMEOUT"]);
    await expect(sandbox.renew()).rejects.toMatchObject({ code: "SANDBOX_UNAVAILABLE" });
  });
});
