import { createHash } from "node:crypto";
import { TackleboxError } from "../errors.ts";
import { isJsonObject, type JsonObject } from "../json.ts";
import type { OperationRecord } from "../task/operation-task.ts";
import { putBundle } from "./bundle-store.ts";
import type { AppChoices } from "./expand-script.ts";
import type { OperationRequest } from "./prepare-operation.ts";
import type { Runtime } from "./runtime.ts";
import { storeOperation, type StorableOperation } from "./store-operation.ts";
import { getJson, putJson, putJsonIfAbsent } from "./stored-json.ts";

/*
 * Accepts operations once, however often they are asked for.
 * 1. A key is taken before anything of its operation is kept or queued, and with it everything the operation is made of:
 *    whoever asks again after a crash finishes that very operation.
 * 2. Finishing twice, also at the same time, is the same as once: it keeps the same records, and the queue takes an id once.
 * 3. Once the operation is in the queue, the key holds only its id; it is kept for at least a day. Where a process was killed
 *    before it could see to that, the janitor does.
 */

/** A request that is read only when its key is new: what it is read from may have changed, or gone, since. */
export interface DeferredRequest {
  /** What was asked for, as it came: two that differ in nothing of it are the same request. */
  wish: object;
  read(): Promise<OperationRequest>;
}

export interface SubmitOptions {
  /**
   * A name for this very wish, chosen by the caller: asked for again under it, within a day at least, the same operation is
   * meant. Throws `IDEMPOTENCY_KEY_REUSED` when the request is another.
   */
  idempotencyKey?: string;
  /** Stands for the request when two are compared; default: the SHA-256 of all of it. */
  fingerprint?: string;
}

export interface AcceptRequest {
  key: string;
  fingerprint: string;
  /** Called only when the key is new. */
  prepare(): Promise<StorableOperation>;
}

interface Wish {
  key: string | undefined;
  fingerprint(): string;
  prepare(): Promise<StorableOperation>;
}

export interface Acceptance {
  runtime: Pick<Runtime, "documents" | "desk" | "clock">;
  enqueue(record: OperationRecord): Promise<void>;
}

/** What lies under a key. */
interface TakenKey {
  fingerprint: string;
  operationId: string;
  at: number;
  /** Until the operation is in the queue. */
  unfinished: UnfinishedOperation | null;
}

interface UnfinishedOperation {
  record: OperationRecord;
  choices: AppChoices;
  givenAnswers: [taskId: string, answers: JsonObject][];
}

const keys = "idempotency-keys";
/** Keys by the time they were taken, so that old ones are found. */
const times = "idempotency-times";
const keptMs = 48 * 3_600_000;
/** Old keys removed for each new one. */
const removedAtOnce = 20;
/** By then whoever took a key has finished, or is dead. */
const finishedWithinMs = 10 * 60_000;
const lookedAtAtOnce = 200;

/** Accepts a wish, once if it has a key. Throws `IDEMPOTENCY_KEY_REUSED`, and what `prepare` throws. */
export async function accept(acceptance: Acceptance, wish: Wish): Promise<string> {
  const { key, fingerprint, prepare } = wish;
  if (key === undefined) return await acceptOperation(acceptance, await prepare());
  return await acceptOnce(acceptance, { key, fingerprint: fingerprint(), prepare });
}

/** Keeps an operation and puts it into the queue; its id. */
async function acceptOperation(acceptance: Acceptance, prepared: StorableOperation): Promise<string> {
  await storeOperation(acceptance.runtime, prepared);
  await acceptance.enqueue(prepared.record);
  return prepared.record.id;
}

/** The same for a wish that may be told several times. Throws `IDEMPOTENCY_KEY_REUSED`, and what `prepare` throws. */
export async function acceptOnce(acceptance: Acceptance, request: AcceptRequest): Promise<string> {
  const { documents } = acceptance.runtime;
  const name = sha256Of(request.key);
  const find = (): Promise<TakenKey | null> => getJson<TakenKey>(documents, keys, name);
  const known = await find();
  if (known !== null) return await finish(acceptance, request, known);
  let prepared: StorableOperation;
  try {
    prepared = await request.prepare();
  } catch (error) {
    // What the first call has done meanwhile may be the reason: its app is there already.
    const taken = await find();
    if (taken !== null) return await finish(acceptance, request, taken);
    throw error;
  }
  const mine = await takeKey(acceptance, { name, fingerprint: request.fingerprint, prepared });
  return await finish(acceptance, request, (await find()) ?? mine);
}

/** Two requests that differ in nothing have the same fingerprint, whatever the order of their fields. */
export function fingerprintOf(request: object): string {
  return sha256Of(
    JSON.stringify(request, (_name, value: unknown) =>
      isJsonObject(value)
        ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
        : value,
    ),
  );
}

async function takeKey(
  { runtime }: Acceptance,
  { name, fingerprint, prepared }: { name: string; fingerprint: string; prepared: StorableOperation },
): Promise<TakenKey> {
  const { documents, clock } = runtime;
  const at = clock.now();
  const { record, choices } = prepared;
  const givenAnswers = [...prepared.givenAnswers];
  const unfinished = { record, choices, givenAnswers };
  const mine: TakenKey = { fingerprint, operationId: record.id, at, unfinished };
  await Promise.all([
    // Before the key: what is taken up after a crash finds its code, and every key can be found by its time.
    ...prepared.bundles.map((bundle) => putBundle(documents, bundle, record.id)),
    putJson(documents, times, `${timeKey(at)}-${name}`, { name }),
  ]);
  await putJsonIfAbsent(documents, keys, name, mine);
  await removeOldKeys(runtime, at);
  return mine;
}

async function finish(acceptance: Acceptance, request: AcceptRequest, taken: TakenKey): Promise<string> {
  const { documents } = acceptance.runtime;
  const { operationId, unfinished } = taken;
  if (taken.fingerprint !== request.fingerprint) {
    throw new TackleboxError(
      "IDEMPOTENCY_KEY_REUSED",
      `idempotency key ${JSON.stringify(request.key.slice(0, 60))}: another request came under it before, which became ` +
        `task ${operationId}, expected the same request; send a new key with each new wish.`,
    );
  }
  if (unfinished === null) return operationId;
  const { record, choices } = unfinished;
  // The record is kept last: where it is, everything is.
  if ((await documents.get("operations", operationId)) === null)
    await storeOperation(acceptance.runtime, {
      record,
      choices,
      givenAnswers: new Map(unfinished.givenAnswers),
      bundles: [],
    });
  await acceptance.enqueue(record);
  await putJson(documents, keys, sha256Of(request.key), { ...taken, unfinished: null });
  return operationId;
}

/** Forgets what an operation was made of, its answers too, where its process was killed before it could. */
export async function emptyFinishedKeys({
  documents,
  clock,
}: Pick<Runtime, "documents" | "clock">): Promise<void> {
  const before = timeKey(clock.now() - finishedWithinMs);
  for (const time of await documents.list(times, { before, limit: lookedAtAtOnce })) {
    const name = nameIn(time);
    const taken = await getJson<TakenKey>(documents, keys, name);
    if (taken === null || taken.unfinished === null) continue;
    // Where the record is, everything is, and the queue gets it from there.
    if ((await documents.get("operations", taken.operationId)) === null) continue;
    await putJson(documents, keys, name, { ...taken, unfinished: null });
  }
}

async function removeOldKeys({ documents }: Pick<Runtime, "documents">, now: number): Promise<void> {
  const before = timeKey(now - keptMs);
  for (const time of await documents.list(times, { before, limit: removedAtOnce })) {
    const name = nameIn(time);
    const taken = await getJson<TakenKey>(documents, keys, name);
    if (taken !== null && taken.at < now - keptMs) await documents.remove(keys, name);
    await documents.remove(times, time);
  }
}

const nameIn = (time: string): string => time.slice(time.indexOf("-") + 1);

/** Sorts as the times do. */
function timeKey(at: number): string {
  return String(Math.max(0, Math.floor(at))).padStart(15, "0");
}

function sha256Of(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
