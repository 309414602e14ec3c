import { readSync, writeSync } from "node:fs";
import type ivm from "isolated-vm";
import { guestFileName, hostFunctionName } from "../guest/entry-protocol.ts";
import {
  outOfMemoryExitCode,
  type CompletionMessage,
  type CompletionsMessage,
  type FromSandbox,
  type HeldCompletion,
  type RenewMessage,
  type StartMessage,
} from "../protocol.ts";
import { decodeBodies } from "../held-bodies.ts";
import { createHostFunctions } from "./host-functions.ts";
import { createTurnWriter } from "./turn-writer.ts";

/**
 * The sandbox process: one isolate at a time, one hook in it, one thread. It reads a message, lets the guest run until it has
 * nothing left to do, writes what the guest said, and reads the next message. It has no event loop to starve and
 * no timers to trust: time, memory and processor are watched by the host alone.
 */

declare const GUEST_CODE: string;
declare const VALIDATOR_CODE: string;

const input = 3;
const output = 4;
const headerBytes = 8;

/** The whole of that message. */
const renewText = JSON.stringify({ type: "renew" } satisfies RenewMessage);

interface Message {
  json: string;
  body: Buffer;
}

/** What was read ahead: a whole message mostly comes with one read. */
const ahead = Buffer.allocUnsafe(64 * 1024);
let aheadFrom = 0;
let aheadTo = 0;

function readExactly(length: number): Buffer | null {
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    if (aheadFrom === aheadTo) {
      aheadFrom = 0;
      aheadTo = readSync(input, ahead, 0, ahead.length, null);
      if (aheadTo === 0) return null;
    }
    const count = ahead.copy(bytes, filled, aheadFrom, Math.min(aheadTo, aheadFrom + length - filled));
    aheadFrom += count;
    filled += count;
  }
  return bytes;
}

/** The next message of the host; null when the host has gone. */
function readMessage(): Message | null {
  const header = readExactly(headerBytes);
  if (header === null) return null;
  const json = readExactly(header.readUInt32LE(0));
  const body = readExactly(header.readUInt32LE(4));
  return json === null || body === null ? null : { json: json.toString("utf8"), body };
}

function writeAll(bytes: Buffer): void {
  let written = 0;
  while (written < bytes.length) written += writeSync(output, bytes, written, bytes.length - written);
}

function send(message: FromSandbox): void {
  turns.writeFrame(JSON.stringify(message), null);
}

const turns = createTurnWriter(writeAll);

type Ivm = typeof ivm;
type PostMessage = (messageJson: string, body: ArrayBuffer | null) => void;

function loadIsolatedVm(addonPath: string): Ivm {
  const { ivm } = require(addonPath) as { ivm: Ivm };
  // From here on no native code can be loaded any more.
  (process as unknown as { permission: { drop(scope: string): void } }).permission.drop("addon");
  return ivm;
}

/** Makes an isolate ready for its hook before anybody asks for it. */
function prepare({ Isolate, Callback }: Ivm, memoryLimit: number) {
  const isolate = new Isolate({ memoryLimit });
  const script = isolate.compileScriptSync(GUEST_CODE, { filename: guestFileName });
  rehearse(createGuest({ isolate, script, Callback }, createTurnWriter(() => {}).post));
  return { isolate, ...createGuest({ isolate, script, Callback }, turns.post) };
}

interface GuestParts {
  isolate: ivm.Isolate;
  script: ivm.Script;
  Callback: Ivm["Callback"];
}

/** The guest in a context of its own. */
function createGuest({ isolate, script, Callback }: GuestParts, post: PostMessage) {
  const context = isolate.createContextSync();
  const host = createHostFunctions({ post, loadValidator: () => VALIDATOR_CODE });
  context.global.setSync(
    hostFunctionName,
    new Callback((name: unknown, ...args: unknown[]) => host.call(name, ...args)),
  );
  const entry = script.runSync(context, { reference: true }) as ivm.Reference<Record<string, unknown>>;
  const start = entry.getSync("start", { reference: true }) as ivm.Reference<
    (json: string, code: string) => void
  >;
  const deliver = entry.getSync("deliver", { reference: true }) as ivm.Reference<(json: string) => void>;
  const hold = entry.getSync("hold", { reference: true }) as ivm.Reference<(json: string) => void>;
  const deliverHeld = entry.getSync("deliverHeld", { reference: true }) as ivm.Reference<() => boolean>;
  return { context, host, start, deliver, hold, deliverHeld };
}

/**
 * Runs a hook of ours in a context that is thrown away. V8 compiles a function when it is first called and keeps the
 * result with the script, not with the context; so the real hook's first calls find it done.
 */
function rehearse({
  context,
  host,
  start,
  deliver,
  hold,
  deliverHeld,
}: ReturnType<typeof createGuest>): void {
  host.setSeed("00".repeat(32));
  const told = { fileName: "rehearsal", entrypoint: "run", now: 0, context: { baseUrl: "", inputs: {} } };
  const code = `({ run: async (ctx) => { ctx.log("a"); for (let i = 0; i < 3; i++) await ctx.emitCheckpoint("b"); await ctx.sleep(1); } })`;
  start.applySync(undefined, [JSON.stringify(told), code]);
  const completion = { type: "completion", seq: 2, now: 0, ok: true, value: null, hasBody: false } as const;
  deliver.applySync(undefined, [JSON.stringify(completion)]);
  const completions: HeldCompletion[] = [1, [3, 0], { ...completion, seq: 4 }, [5, 0]];
  hold.applySync(undefined, [
    JSON.stringify({ type: "completions", completions } satisfies CompletionsMessage),
  ]);
  while (deliverHeld.applySync(undefined, []));
  for (const reference of [start, deliver, hold, deliverHeld, context]) reference.release();
}

/** The guest runs until it waits. What escapes it is not the child's business, but memory is. */
function letRun(isolate: ivm.Isolate, enter: () => void): void {
  let unhandled: string | null = null;
  try {
    enter();
  } catch (error) {
    if (isolate.isDisposed) process.exit(outOfMemoryExitCode);
    // isolated-vm throws what the guest left unhandled at the end of its turn. A late handler is legal, and a hook
    // that fails says so itself; its author is told all the same.
    unhandled = textOf(error);
  }
  turns.rest(unhandled);
}

type Prepared = ReturnType<typeof prepare>;

/** One message of the host is one turn. */
function takeTurn({ isolate, host, start, deliver, hold, deliverHeld }: Prepared, message: Message): void {
  let taken = 0;
  if (message.json.startsWith('{"type":"completions"')) {
    for (const { seq, body } of decodeBodies(message.body)) host.keepBody(seq, body);
    hold.applySync(undefined, [message.json]);
    for (let isTaken = true; isTaken;) {
      letRun(isolate, () => {
        while (deliverHeld.applySync(undefined, [])) taken += 1;
        isTaken = false;
      });
      // Cut short by a rejection that nobody handled, of the one just taken.
      if (isTaken) taken += 1;
    }
  } else {
    const parsed = JSON.parse(message.json) as StartMessage | CompletionMessage;
    if (parsed.type === "start") {
      const { code, seed, ...rest } = parsed;
      host.setSeed(seed);
      letRun(isolate, () => start.applySync(undefined, [JSON.stringify(rest), code]));
    } else {
      if (parsed.ok && parsed.hasBody) host.keepBody(parsed.seq, message.body);
      letRun(isolate, () => deliver.applySync(undefined, [message.json]));
    }
  }
  turns.end(taken);
}

/** isolated-vm has made the guest's error into one of this process, or into nothing of use. */
function textOf(error: unknown): string {
  const text = error instanceof Error ? error.message : typeof error === "string" ? error : "";
  return text === "" ? "a value without a message" : text.slice(0, 500);
}

function main(): void {
  const addon = loadIsolatedVm(process.argv[2] as string);
  const memoryLimit = Number(process.argv[3]);
  let prepared = prepare(addon, memoryLimit);
  send({ type: "ready" });
  for (;;) {
    const message = readMessage();
    if (message === null) process.exit(0);
    if (message.json !== renewText) {
      takeTurn(prepared, message);
      continue;
    }
    prepared.isolate.dispose();
    prepared = prepare(addon, memoryLimit);
    send({ type: "ready" });
  }
}

main();
