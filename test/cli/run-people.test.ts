import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { RunReport } from "../../src/cli/run/run-report.ts";
import { createSignInStandIn } from "../../src/nas/simulated/sign-in-stand-in.ts";
import { cli, root, run, scriptOf, startCli, write } from "./support/cli.ts";

const catalog = join(root, "catalog-example");

const retrying = scriptOf(`  await ctx.registerCheckpoints([{ id: "a", message: "Making A" }]);
  for (let tries = 1; tries <= 2; tries += 1) {
    const action = await ctx.awaitCheckpointRetry("a", new Error("no luck " + tries), [{ label: "Try", value: tries }]);
    if (action === "skip") return await ctx.skipCheckpoint("a");
  }
  await ctx.emitCheckpoint("a");`);

describe("tacklebox run --on-failure", () => {
  it("retry goes on with the hook", async () => {
    const { code, report } = await run(retrying, "--on-failure", "retry");
    expect(code).toBe(0);
    expect(report.hooks[0]).toMatchObject({ attempts: 1, checkpoints: [{ status: "completed" }] });
  });

  it("retry gives up after three times", async () => {
    const { code, report } = await run(scriptOf("  throw new Error('never');"), "--on-failure", "retry");
    expect(code).toBe(1);
    expect(report.hooks[0]).toMatchObject({ status: "FAILED", attempts: 4 });
  });

  it("skip skips the checkpoint, or the hook that failed", async () => {
    const skipped = await run(retrying, "--on-failure", "skip");
    expect(skipped.code).toBe(0);
    expect(skipped.report.hooks[0]).toMatchObject({
      status: "COMPLETED",
      checkpoints: [{ status: "skipped" }],
    });
    const failed = await run(scriptOf("  throw new Error('no');"), "--on-failure", "skip");
    expect(failed).toMatchObject({ code: 0, report: { hooks: [{ status: "SKIPPED" }] } });
  });

  it("fails with the checkpoint's own error when there is nobody to ask", async () => {
    const { code, report } = await run(retrying);
    expect(code).toBe(1);
    expect(report.hooks[0]).toMatchObject({
      status: "FAILED",
      error: { code: "HOOK_FAIL", title: "no luck 1", context: [{ label: "Try", value: "1" }] },
    });
  });

  it("asks on a terminal", async () => {
    const session = startCli(["run", await write(retrying)], { terminal: true });
    await session.says(/hook: no luck 1[^]*Give up/);
    session.type("\r");
    await session.says(/hook: no luck 2[^]*Give up/);
    session.type("\u001b[B\r");
    const { code, stderr } = await session.result;
    expect(code).toBe(0);
    expect(stderr).toMatch(/Retry: Making A[^]*Skip: Making A/);
  });

  it("asks for other answers, where the hook has asked for any", async () => {
    const guessing = scriptOf(
      `  ctx.log("with", ctx.inputs.name);\n  if (ctx.inputs.name !== "Ann") ctx.fail("nobody of that name");`,
      {
        inputs: [question("name", { required: true })],
      },
    );
    const session = startCli(["run", await write(guessing)], { terminal: true });
    await session.says(/The name/);
    session.type("Bob\r");
    await session.says(/nobody of that name[^]*Retry with other answers/);
    session.type("\u001b[B\r");
    await session.says(/other answers[^]*The name[^]*Bob/);
    session.type("Ann\r");
    const { code, stderr } = await session.result;
    expect(code).toBe(0);
    expect(stderr).toMatch(/with Bob[^]*with Ann/);
  });

  it("takes Ctrl-C at a question for an interruption", async () => {
    const session = startCli(["run", await write(retrying)], { terminal: true });
    await session.says(/Give up/);
    session.type("\u0003");
    expect((await session.result).code).toBe(130);
  });
});

const question = (id: string, more: object): object => ({
  type: "question",
  id,
  question: { question: `The ${id}`, key: id, type: "text", ...more },
});

const asking = scriptOf("  ctx.log(JSON.stringify(ctx.inputs));", {
  inputs: [
    question("name", { required: true }),
    question("count", { type: "number", default: 3 }),
    question("secret", { type: "password" }),
    question("fast", { type: "boolean", default: true }),
    question("size", {
      type: "select",
      default: "m",
      options: [
        { text: "Small", value: "s" },
        { text: "Medium", value: "m" },
      ],
    }),
  ],
});

describe("the inputs of tacklebox run", () => {
  it("are given with --input, also from a JSON file; the others take their defaults", async () => {
    const file = await write(asking, { "name.json": '"from a file"' });
    const { code, report } = await run(
      file,
      "--input",
      `name=@${join(file, "../name.json")}`,
      "--input",
      "count=7",
    );
    expect(code).toBe(0);
    expect(JSON.parse(report.hooks[0]?.log[0]?.message ?? "")).toEqual({
      name: "from a file",
      count: 7,
      fast: true,
      size: "m",
    });
  });

  it("are told with exit 6 before anything is run when one has no answer", async () => {
    const { code, report, stderr } = await run(asking);
    expect(code).toBe(6);
    expect(report.hooks[0]).toMatchObject({ status: "FAILED", error: { code: "INPUT_REQUIRED" } });
    expect(stderr).toMatch(
      /^error INPUT_REQUIRED hook "hook", input "name": .* pass --input name=VALUE, or run it on a terminal\.\n$/,
    );
  });

  it("are asked on a terminal, each in its own way", async () => {
    const session = startCli(["run", await write(asking), "--json"], { terminal: true });
    for (const [asked, keys] of [
      [/The name[^]*$/, "Bob\r"],
      [/The count[^]*$/, "12\r"],
      [/The secret[^]*$/, "hush\r"],
      [/The fast[^]*$/, "\u001b[C\r"],
      [/The size[^]*$/, "\u001b[A\r"],
    ] as const) {
      await session.says(asked);
      session.type(keys);
    }
    const { code, stdout, stderr } = await session.result;
    expect(code).toBe(0);
    const [hook] = (JSON.parse(stdout) as RunReport).hooks;
    expect(JSON.parse(hook?.log[0]?.message ?? "")).toEqual({
      name: "Bob",
      count: 12,
      // Given, and hidden in what the hook logs.
      secret: "•••",
      fast: false,
      size: "s",
    });
    expect(stderr).not.toContain("hush");
  });

  it("are refused before anything is run when an answer does not fit", async () => {
    const { code, report } = await run(asking, "--input", "name=x", "--input", "count=many");
    expect(code).toBe(2);
    expect(report).toMatchObject({ hooks: [], error: { code: "INPUT_INVALID" } });
  });

  it("sign in at a stand-in the provider's origin is mapped to", async () => {
    const standIn = await createSignInStandIn();
    onTestFinished(() => standIn.close());
    const file = join(catalog, "mediabox.json");
    const origins = ["https://accounts.mediabox.example", "https://app.mediabox.example"];
    const maps = origins.flatMap((from) => ["--map-origin", `${from}=${standIn.url}`]);
    const session = startCli(["run", file, "--json", "--on-failure", "retry", "--to", "2.0.0", ...maps]);
    const link = await session.says(/Sign in: open http:\/\/127\.0\.0\.1:\d+\/auth\S*code=(\w+)/);
    expect(standIn.approve(link[1] ?? "")).toBe(true);
    const result = await session.result;
    expect(result.code).toBe(0);
    expect(JSON.parse(result.stdout)).toMatchObject({ status: "COMPLETED" });
  });

  it("take a token for a sign-in, and exit 6 without one when nobody can be asked", async () => {
    const file = join(catalog, "mediabox.json");
    const without = await cli("run", file, "--hook", "mediabox-setup");
    expect(without.code).toBe(6);
    expect(without.stderr).toMatch(
      /the sign-in "Sign in to Mediabox" needs a person[^]*--input mediabox_login=TOKEN/,
    );
  });

  it("of the installation are given with --answer, told with exit 6, or asked on a terminal", async () => {
    const port = { question: "Which port", key: "port", type: "number", required: true };
    const values = { network: { web_port: { port_number: "$QUESTION(port)" } } };
    const script = { ...scriptOf("  ctx.log('done');"), installation_questions: [port], app_values: values };
    const file = await write(script);
    const without = await run(file);
    expect(without.code).toBe(6);
    expect(without.report).toMatchObject({ hooks: [], error: { code: "INPUT_REQUIRED" } });
    expect(without.stderr).toMatch(/"port": "Which port" has no answer[^]*pass --answer port=VALUE/);
    expect((await run(file, "--answer", "port=8080")).code).toBe(0);
    expect(await run(file, "--answer", "prot=8080")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no installation question "prot", expected port\. Did you mean "port"\?/),
    });
    const session = startCli(["run", file], { terminal: true });
    await session.says(/Which port/);
    session.type("8081\r");
    expect((await session.result).code).toBe(0);
  });
});
