import { createInterface } from "node:readline";
import { transform } from "esbuild";
import ivm from "isolated-vm";
import type { FloorRequest } from "./isolate-floor.ts";

/*
 * The floor: the same hook in a bare isolate inside an ordinary process, with nothing around it. isolated-vm needs
 * `--no-node-snapshot`, so it has a process of its own; times are taken in here and hold no trip between processes.
 */

const bootstrap = `
  const ctx = {
    emitCheckpoint: (...args) =>
      call.apply(undefined, args, { arguments: { copy: true }, result: { promise: true, copy: true } }),
  };`;

async function compile(text: string): Promise<string> {
  const { code } = await transform(text, { loader: "ts", format: "iife", globalName: "hook" });
  return code;
}

async function createIsolate(
  code: string,
  onCall: () => void,
): Promise<{ isolate: ivm.Isolate; run: ivm.Script; context: ivm.Context }> {
  const isolate = new ivm.Isolate({ memoryLimit: 64 });
  const context = isolate.createContextSync();
  const answer = async (): Promise<null> => {
    onCall();
    return await Promise.resolve(null);
  };
  context.global.setSync("call", new ivm.Reference(answer));
  isolate.compileScriptSync(bootstrap).runSync(context);
  isolate.compileScriptSync(code).runSync(context);
  return { isolate, run: isolate.compileScriptSync("hook.run(ctx)"), context };
}

/** Source text, or code compiled before, to the hook's result. */
async function coldStart(request: { text: string; compiled: boolean }): Promise<number> {
  const ready = request.compiled ? await compile(request.text) : null;
  const startedAt = performance.now();
  const { isolate, run, context } = await createIsolate(ready ?? (await compile(request.text)), () => {});
  await run.run(context, { promise: true, copy: true });
  const ms = performance.now() - startedAt;
  isolate.dispose();
  return ms;
}

/** Time from the first call of a hook to its last one, per call. */
async function roundTrip(text: string): Promise<number> {
  const times: number[] = [];
  const { isolate, run, context } = await createIsolate(await compile(text), () =>
    times.push(performance.now()),
  );
  await run.run(context, { promise: true, copy: true });
  isolate.dispose();
  return (((times.at(-1) ?? 0) - (times[0] ?? 0)) / (times.length - 1)) * 1000;
}

for await (const line of createInterface(process.stdin)) {
  const request = JSON.parse(line) as FloorRequest;
  const value = request.kind === "round-trip" ? await roundTrip(request.text) : await coldStart(request);
  process.stdout.write(`${value}\n`);
}
