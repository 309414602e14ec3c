import { PassThrough } from "node:stream";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { CliContext } from "../../src/cli/cli-context.ts";
import { readEnvironment } from "../../src/cli/environment.ts";
import { errorLines } from "../../src/cli/error-lines.ts";
import { unreadable } from "../../src/cli/read-text-file.ts";
import { tellError } from "../../src/cli/tell-error.ts";
import { createTerminal } from "../../src/cli/terminal.ts";
import { TackleboxError } from "../../src/errors.ts";
import { cli, scriptOf, startCli, write } from "./support/cli.ts";

const asking = scriptOf("  ctx.log(ctx.getInput('count'));", {
  inputs: [
    {
      type: "question",
      id: "count",
      question: { question: "Count", key: "count", type: "number", required: true },
    },
  ],
});

describe("tacklebox run refuses before anything is run", () => {
  it.each<[string, string[], RegExp]>([
    [
      "a hook that is not there",
      ["--hook", "hok"],
      /no hook "hok"; it has hook\. Did you mean "hook"\? Name one/,
    ],
    [
      "an unknown event",
      ["--event", "onStart"],
      /argument 'onStart' is invalid\. Allowed choices are onBeforeInstall/,
    ],
    [
      "an event of an upgrade without --from",
      ["--event", "onAfterUpgrade"],
      /--from is missing; pass the versions/,
    ],
    [
      "an event that no hook has",
      ["--event", "onBeforeInstall"],
      /The script has no hook for onBeforeInstall/,
    ],
    [
      "a hook that the plan leaves out",
      ["--hook", "hook", "--from", "1.0.0"],
      /no hook was run\. Hook "hook" does not/,
    ],
    [
      "an input without a value",
      ["--input", "count"],
      /"count" was found, expected name=value or name=@file\.json/,
    ],
    [
      "an input that is not there",
      ["--input", "cuont=1"],
      /no hook input "cuont", expected count\. Did you mean/,
    ],
    ["an input given twice", ["--input", "count=1", "--input", "count=2"], /"count" is given twice/],
    ["an input's file that is not there", ["--input", "count=@no.json"], /no\.json: nothing was found there/],
    ["an answer where there is no question", ["--answer", "a=1"], /expected none, for there are none\./],
    ["an address without a port", ["--host", "192.0.2.1"], /--host 192\.0\.2\.1: --port is missing/],
    ["a port that is none", ["--port", "http"], /--port: "http" was found/],
    ["to ask without a terminal", ["--on-failure", "ask"], /there is no terminal to ask on/],
    [
      "a catalog that is not there",
      ["--catalog", "nowhere"],
      /nowhere: nothing was found there, expected the catalog/,
    ],
    ["a timeout of nothing", ["--timeout", "0"], /expected a number of seconds above 0/],
  ])("%s", async (_what, args, message) => {
    const { code, stdout, stderr } = await cli("run", await write(asking), ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });

  it("an input's file that is no JSON", async () => {
    const file = await write(asking, { "count.json": "{" });
    const { code, stderr } = await cli("run", file, "--input", `count=@${join(file, "../count.json")}`);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /the file \S+count\.json is not JSON \(.*\), expected a JSON value; mend the file/,
    );
  });

  it("an app name the NAS does not accept", async () => {
    const { code, stderr } = await cli("run", await write(scriptOf("")), "--app", "My App");
    expect(code).toBe(2);
    expect(stderr).toMatch(/APP_NAME_INVALID/);
  });
});

describe("a question on the terminal", () => {
  it("is asked again until the answer fits", async () => {
    const session = startCli(["run", await write(asking)], { terminal: true });
    await session.says(/Count/);
    session.type("\r");
    await session.says(/An answer is needed/);
    session.type("many\r");
    await session.says(/Expected a number such as 8080/);
    session.type("\u007f\u007f\u007f\u007f7\r");
    const { code, stderr } = await session.result;
    expect(code).toBe(0);
    expect(stderr).toMatch(/info {2}7/);
  });
});

describe("an error", () => {
  const told = (error: unknown, variables: Record<string, string> = {}): { code: number; text: string } => {
    const stderr = new PassThrough();
    const environment = readEnvironment(variables);
    const terminal = createTerminal(
      { stdin: new PassThrough(), stdout: new PassThrough(), stderr },
      environment,
    );
    const context: CliContext = {
      terminal,
      environment,
      signal: new AbortController().signal,
      interrupt: () => {},
    };
    const code = tellError(error, context);
    const chunks: Buffer[] = [];
    for (;;) {
      const chunk = stderr.read() as Buffer | null;
      if (chunk === null) return { code, text: Buffer.concat(chunks).toString() };
      chunks.push(chunk);
    }
  };

  it("of tacklebox itself is one line that says how to report it", () => {
    const { code, text } = told(new TypeError("x is not a function"));
    expect(code).toBe(1);
    expect(text).toBe(
      "error INTERNAL A fault in tacklebox itself: x is not a function. Please report it, with the output of the same " +
        "command under TACKLEBOX_DEBUG=1.\n",
    );
  });

  it("shows its stack and its causes under TACKLEBOX_DEBUG", () => {
    const error = new TackleboxError("NAS_UNREACHABLE", "the NAS is away", { cause: new Error("no route") });
    const { code, text } = told(error, { TACKLEBOX_DEBUG: "1" });
    expect(code).toBe(5);
    expect(text).toMatch(
      /^error NAS_UNREACHABLE the NAS is away\n[^]*\n\s+at [^]*caused by: Error: no route\n\s+at /,
    );
  });

  it.each([
    ["ENOENT", "nothing was found there, expected a file; check the path."],
    ["ENOTDIR", "a part of the path is a file, expected a file; check the path."],
    ["EACCES", "it may not be read by this user, expected a file; change its permissions."],
    ["EISDIR", "a folder was found, expected a file; name a file in it."],
    ["ELOOP", "its links go in a circle, expected a file; mend the links."],
    ["EIO", "it cannot be read (broken disk), expected a file; check the path and its permissions."],
  ])("of a file says what %s means", (code, text) => {
    const error = unreadable("a.json", Object.assign(new Error("broken disk"), { code }), "a file");
    expect(error).toMatchObject({ code: "FILE_UNREADABLE", message: `a.json: ${text}` });
  });

  it("of a hook is shown with its line and its details, in plain text", () => {
    const plain = createTerminal(
      { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() },
      readEnvironment({}),
    );
    const error = {
      code: "HOOK_FAIL",
      title: "No luck",
      detail: 'hook "a": \u001b[2Jno luck',
      context: [
        { label: "Status", value: 503 },
        { label: "Body", value: "x\u0007" },
      ],
      source: { file: "a/hook.ts", line: 3, column: 5 },
    } as const;
    expect(errorLines({ ...error, context: [...error.context] }, plain.colors)).toEqual([
      "✗ HOOK_FAIL No luck",
      '  hook "a": \\u001b[2Jno luck',
      "  a/hook.ts:3:5",
      "  Status: 503",
      "  Body: x\\u0007",
    ]);
  });
});
