import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import ivm from "isolated-vm";
import type { JsonValue } from "../../../src/json.ts";
import { createHostFunctions } from "../../../src/runtime/child/host-functions.ts";
import type { GuestStart } from "../../../src/runtime/guest/entry.ts";
import {
  guestBundleShape,
  guestFileName,
  hostFunctionName,
} from "../../../src/runtime/guest/entry-protocol.ts";
import { parseGuestMessage } from "../../../src/runtime/parse-sandbox-message.ts";
import type { GuestMessage, GuestVisibleError } from "../../../src/runtime/protocol.ts";

// The sandbox process is started so; an isolate takes the zone of its process.
process.env["TZ"] = "UTC";

export type GuestCall = Extract<GuestMessage, { type: "call" }>;
type Finished = Extract<GuestMessage, { type: "finished" }>;

/** How a test answers one call; undefined leaves it open. */
export type Answer =
  | { value: JsonValue; body?: string | Uint8Array; now?: number }
  | { error: GuestVisibleError; now?: number }
  | undefined;

export interface GuestOptions {
  context?: Partial<GuestStart["context"]>;
  /** 32 bytes as hex. */
  seed?: string;
  /** Milliseconds at which the attempt begins; default 1,000,000. */
  now?: number;
  entrypoint?: string;
  /** True: calls say where they were made. */
  trace?: boolean;
  /** Answers each call that wants a reply, in order; default: null at once, timers and sleeps after their time. */
  answer?: (call: GuestCall) => Answer;
}

/** A hook in a real isolate, with a test for a host. */
export interface GuestRun {
  messages: GuestMessage[];
  /** Request bodies by call number. */
  bodies: Map<number, Uint8Array>;
  calls(name?: string): GuestCall[];
  /** Lines of `log` calls. */
  logs(): string[];
  finished(): Finished | undefined;
  /** Answers one call from outside. */
  complete(seq: number, answer: NonNullable<Answer>): void;
  /** Errors isolated-vm reported for promises nobody handled. */
  unhandled: string[];
  isolate: ivm.Isolate;
}

let guestCode: Promise<string> | undefined;

/** The guest as it is shipped, one script. */
function guestBundle(): Promise<string> {
  const { banner, footer, ...shape } = guestBundleShape;
  guestCode ??= build({
    entryPoints: [fileURLToPath(new URL("../../../src/runtime/guest/main.ts", import.meta.url))],
    bundle: true,
    write: false,
    platform: "neutral",
    target: "esnext",
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: "none",
    ...shape,
    banner: { js: banner },
    footer: { js: footer },
  }).then((result) => result.outputFiles[0]?.text ?? "");
  return guestCode;
}

/** A small validator in place of the bundled one, which is the sandbox's to provide. */
const validatorCode = `((schemaJson, valueJson) => {
  const { type } = JSON.parse(schemaJson);
  return type === typeof JSON.parse(valueJson) ? "" : "input must be " + type;
})`;

/**
 * Runs bundle code to where it only waits for what the test does not answer.
 * @param code an expression whose value is the exports object
 */
export async function runBundle(code: string, options: GuestOptions = {}): Promise<GuestRun> {
  const isolate = new ivm.Isolate({ memoryLimit: 64 });
  const context = isolate.createContextSync();
  const run: GuestRun = createRun(isolate);
  const host = createHostFunctions({
    post: (json, body) => {
      const message = parseGuestMessage(JSON.parse(json) as JsonValue);
      run.messages.push(message);
      if (body !== null && message.type === "call") run.bodies.set(message.seq, new Uint8Array(body));
    },
    loadValidator: () => validatorCode,
  });
  context.global.setSync(
    hostFunctionName,
    new ivm.Callback((...args: unknown[]) => host.call(args[0], ...args.slice(1))),
  );
  const script = isolate.compileScriptSync(await guestBundle(), { filename: guestFileName });
  const entry = script.runSync(context, { reference: true }) as ivm.Reference<Record<string, unknown>>;
  const enter = (name: "start" | "deliver", args: string[]): void => {
    const target = entry.getSync(name, { reference: true }) as ivm.Reference<(...given: string[]) => void>;
    try {
      target.applySync(undefined, args);
    } catch (error) {
      run.unhandled.push((error as Error).message);
    }
  };
  let now = options.now ?? 1_000_000;
  run.complete = (seq, answer) => {
    now = answer.now ?? now + 1;
    if ("error" in answer) {
      enter("deliver", [JSON.stringify({ type: "completion", seq, now, ok: false, error: answer.error })]);
      return;
    }
    const { body } = answer;
    if (body !== undefined) host.keepBody(seq, typeof body === "string" ? Buffer.from(body) : body);
    const completion = {
      type: "completion",
      seq,
      now,
      ok: true,
      value: answer.value,
      hasBody: body !== undefined,
    };
    enter("deliver", [JSON.stringify(completion)]);
  };
  host.setSeed(options.seed ?? "5e".repeat(32));
  enter("start", [JSON.stringify(startOf(options)), code]);
  answerCalls(run, options.answer ?? ((call) => answerAtOnce(call, now)));
  return run;
}

/** Runs a hook given as the body of an async function of `ctx`. */
export function runHook(body: string, options: GuestOptions = {}): Promise<GuestRun> {
  return runBundle(`({ hook: async (ctx) => {\n${body}\n} })`, options);
}

/** The value a hook body returns, taken out through the log as JSON. Fails when the hook fails. */
export async function valueOf(body: string, options: GuestOptions = {}): Promise<unknown> {
  const run = await runHook(
    `const value = await (async () => {\n${body}\n})(); ctx.log("value:" + JSON.stringify(value ?? null));`,
    options,
  );
  const end = run.finished();
  if (end?.ok !== true) throw new Error(`the hook did not end well: ${JSON.stringify(end)}`);
  const line = run.logs().findLast((text) => text.startsWith("value:")) ?? "value:null";
  return JSON.parse(line.slice("value:".length)) as unknown;
}

/** Timers and sleeps pass at once, with the clock moved on; everything else gets null. */
function answerAtOnce(call: GuestCall, now: number): Answer {
  const { ms } = (call.args ?? {}) as { ms?: number };
  return { value: null, now: now + (ms ?? 1) };
}

function answerCalls(run: GuestRun, answer: (call: GuestCall) => Answer): void {
  const aborted = (seq: number): boolean =>
    run.messages.some((message) => message.type === "abort" && message.seq === seq);
  for (let index = 0; index < run.messages.length; index += 1) {
    const message = run.messages[index];
    if (message?.type !== "call" || !message.reply || aborted(message.seq)) continue;
    const given = answer(message);
    if (given !== undefined) run.complete(message.seq, given);
  }
}

function createRun(isolate: ivm.Isolate): GuestRun {
  const messages: GuestMessage[] = [];
  const calls = (name?: string): GuestCall[] =>
    messages.filter(
      (message): message is GuestCall =>
        message.type === "call" && (name === undefined || message.name === name),
    );
  return {
    messages,
    bodies: new Map(),
    calls,
    logs: () => calls("log").map((call) => (call.args as { message: string }).message),
    finished: () => messages.find((message): message is Finished => message.type === "finished"),
    complete: () => {},
    unhandled: [],
    isolate,
  };
}

function startOf(options: GuestOptions): GuestStart {
  return {
    fileName: "hook.js",
    entrypoint: options.entrypoint ?? "hook",
    now: options.now ?? 1_000_000,
    ...(options.trace === true ? { trace: true } : {}),
    context: {
      resourceType: "app",
      resourceId: "plex",
      event: "onAfterInstall",
      toVersion: "1.2.3",
      host: "10.0.0.5",
      port: 32_400,
      baseUrl: "http://10.0.0.5:32400",
      inputs: {},
      ...options.context,
    },
  };
}
