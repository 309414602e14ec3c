import { readMoment } from "../clock.ts";
import { effectTable } from "../context/effect-table.ts";
import type { CheckpointRetryArgs } from "../context/effects/await-checkpoint-retry.ts";
import type { ErrorCode } from "../errors.ts";
import type { EffectOutcome } from "../journal/entry.ts";
import { elapsedBetween } from "../journal/moment.ts";
import { createReplay, isLogNote, type Replay } from "../journal/replay.ts";
import type { NetworkClient } from "../network/network-client.ts";
import type { TaskEvent } from "../task/task-event.ts";
import { createActiveTime, type ActiveTime } from "./active-time.ts";
import { bundleFileName, hashCall, isOwnEnd, type AttemptOptions, type AttemptOutcome } from "./attempt.ts";
import {
  awaitingEvent,
  interruptedOutcome,
  rejectionOf,
  toOutcome,
  tooManyCheckpoints,
} from "./effect-outcome.ts";
import { createAttemptJournal, type AttemptJournal } from "./attempt-journal.ts";
import { createDeliveryOrder, type DeliveryOrder } from "./delivery-order.ts";
import { createEffectTools } from "./effect-tools.ts";
import { createEffectPauses, type EffectPauses } from "./effect-pauses.ts";
import { findRefusal } from "./find-refusal.ts";
import { createGuestLink, type GuestLink } from "./guest-link.ts";
import { createRecordedDelivery, type RecordedBatch, type RecordedDelivery } from "./recorded-delivery.ts";
import { createRecordBudget, type RecordBudget } from "./record-budget.ts";
import { createLastEffects, type LastEffects } from "./last-effects.ts";
import type { CallMessage, Completion, MetEffect } from "./met-effect.ts";
import { createPendingEffects } from "./pending-effects.ts";
import type { GuestMessage } from "./protocol.ts";
import { createResting, type Resting } from "./resting.ts";
import type { SandboxLease } from "./sandbox-pool.ts";

const defaultMostAhead = 64;

/**
 * Runs one attempt of a hook in a sandbox, from its beginning or from where its journal ends.
 *
 * 1. Sequence numbers come from the guest and must be 1, 2, 3 ...; anything else ends the attempt (`HOOK_PROTOCOL`).
 * 2. A completion is kept before it is sent (J1), and sent in the order kept (J2). One that is known beforehand is sent while
 *    it is written, and nothing of what the hook then does leaves before it is kept.
 * 3. A `once` effect is performed only after its start is kept (J3).
 * 4. A call known from the journal is answered from it; nothing is performed, logged or shown again (J4).
 * 5. The attempt has one end: whoever settles it first wins. The sandbox is killed then, whatever it does; after an end
 *    by the hook's own word the pool may keep it.
 */
export async function runAttempt(options: AttemptOptions): Promise<AttemptOutcome> {
  const acquired = options.pool.acquire(options.context.resourceId);
  // Read while a sandbox may still be on its way.
  const replay = createReplay(options.recorded);
  return await new Attempt(options, await acquired, replay).run();
}

class Attempt {
  private readonly options: AttemptOptions;
  private readonly guest: GuestLink;
  private readonly replay: Replay;
  private readonly recorded: RecordedDelivery;
  private readonly journal: AttemptJournal;
  private readonly active: ActiveTime;
  private readonly budget: RecordBudget;
  private readonly network: NetworkClient;
  private readonly ended = Promise.withResolvers<AttemptOutcome>();
  private readonly pending = createPendingEffects();
  private readonly resting: Resting;
  private readonly pauses: EffectPauses;
  private readonly order: DeliveryOrder;
  private readonly last: LastEffects;
  private lastSeq = 0;
  private finished: Extract<GuestMessage, { type: "finished" }> | null = null;
  private settled = false;

  constructor(options: AttemptOptions, sandbox: SandboxLease, replay: Replay) {
    this.options = options;
    this.guest = createGuestLink(sandbox, options.clock, {
      onMessage: (message, body) => this.onMessage(message, body),
      onIdle: () => this.afterTurn(),
      onTaken: (count) => this.onTaken(count),
      onUnhandled: (text) => this.noteUnhandled(text),
      onBroken: (code, detail) => this.onBroken(code, detail),
    });
    this.replay = replay;
    this.order = createDeliveryOrder(options.mostAhead ?? defaultMostAhead);
    this.recorded = createRecordedDelivery(replay, (batch) => this.handOver(batch));
    this.budget = createRecordBudget({ ...options.pool.limits, ...options.effectLimits });
    this.journal = createAttemptJournal(options, {
      onFull: (max) => this.fail("HOOK_CALL_LIMIT", `its responses take more than ${max} bytes.`),
      onError: (error) => this.abandon(error),
      onStalled: (isStalled) => this.onStalled(isStalled),
    });
    this.network = options.createNetwork((seen) => this.journal.note({ type: "request", ...seen }));
    this.active = createActiveTime({
      usedMs: options.usedMs,
      limitMs: options.timeoutMs,
      monotonic: () => performance.now(),
      onExpired: () =>
        this.fail(
          "HOOK_TIMEOUT",
          `it was active for more than its timeout of ${options.timeoutMs / 1000} s.`,
        ),
    });
    this.resting = createResting({
      attempt: options,
      pending: this.pending,
      active: this.active,
      isSettledDown: () => !this.guest.isBusy(),
      onPark: (restMs, activeMs) => this.settle({ kind: "parked", restMs, activeMs }),
    });
    const { pending, journal, resting } = this;
    const onEnded = (detail: string): void => this.fail("HOOK_CRASHED", detail);
    this.last = createLastEffects({ pending, clock: options.clock, onEnded });
    const onPause = (): void => this.afterTurn();
    this.pauses = createEffectPauses({ attempt: options, pending, journal, resting, onPause });
  }

  async run(): Promise<AttemptOutcome> {
    const { bundle, entrypoint, context, seed, now, signal } = this.options;
    const onAbort = (): void => this.settle({ kind: "stopped", activeMs: this.active.elapsedMs() });
    signal.addEventListener("abort", onAbort, { once: true });
    const { code } = bundle;
    this.guest.start({ type: "start", code, fileName: bundleFileName, entrypoint, context, seed, now });
    this.recorded.goOn();
    if (signal.aborted) onAbort();
    try {
      return await this.ended.promise;
    } finally {
      signal.removeEventListener("abort", onAbort);
      // Nobody waits for the killed process: it can do nothing any more, and the pool knows it until it is gone.
      await this.network.close();
    }
  }

  // --- what the guest says

  private onMessage(message: GuestMessage, body: Uint8Array): void {
    // What a hook left running does after its end has no effect.
    if (this.finished !== null) return;
    switch (message.type) {
      case "call":
        this.onCall(message, message.hasBody ? body : null);
        break;
      case "abort":
        this.pending.drop(message.seq);
        break;
      case "finished":
        this.finished = message;
        this.recorded.end();
        this.pending.dropWaits();
        break;
    }
  }

  private onCall(call: CallMessage, body: Uint8Array | null): void {
    this.lastSeq += 1;
    const due = { seq: this.lastSeq, pending: this.pending.size };
    const refusal = findRefusal(call, due, this.options.pool.limits);
    if (refusal === null) this.meet(call, body);
    else this.fail(refusal.code, refusal.detail);
  }

  private meet(call: CallMessage, body: Uint8Array | null): void {
    const argsHash = hashCall(call.name, call.args, body);
    const match = this.replay.match({ seq: call.seq, name: call.name, argsHash });
    switch (match.kind) {
      case "new":
        this.begin(call, body, { argsHash, begun: null });
        break;
      case "unfinished":
        this.begin(call, body, { argsHash, begun: match });
        break;
      case "completed":
        // What was refused for its arguments took no room.
        if (match.completed.event !== undefined) this.budget.take(call.name, call.args);
        break;
      case "mismatch":
        this.fail(
          "REPLAY_MISMATCH",
          `call ${call.seq} was ${match.recorded.name} when it was recorded and is ${call.name} now, or has other arguments.`,
        );
        break;
    }
  }

  /** After each turn: hand out what the journal knows, then see whether the hook is done, waits, or is stuck. */
  private afterTurn(): void {
    if (this.settled || this.last.look() || this.guest.isBusy()) return;
    if (this.finished !== null) {
      this.finishWhenCarriedOut();
      return;
    }
    if (this.recorded.goOn()) return;
    const blockedOn = this.replay.blockedOn();
    if (blockedOn !== null) {
      this.fail("REPLAY_MISMATCH", `recorded call ${blockedOn} was not made again.`);
    } else if (this.pending.size === 0) {
      this.fail("HOOK_NEVER_SETTLES", "it awaits a promise that nothing will settle.");
    } else if (!this.pending.endOverdue()) {
      this.resting.look();
    }
  }

  private onStalled(isStalled: boolean): void {
    if (this.settled) return;
    this.resting.setStalled(isStalled);
    this.afterTurn();
  }

  private handOver(batch: RecordedBatch): void {
    this.resting.wake();
    this.guest.completeRecorded(batch);
  }

  private onTaken(count: number): void {
    if (!this.recorded.onTaken(count))
      this.fail("HOOK_PROTOCOL", "the sandbox has taken results of calls it has not made.");
  }

  private onBroken(code: ErrorCode, detail: string): void {
    if (this.settled || code !== "HOOK_CRASHED") return this.fail(code, detail);
    this.recorded.end();
    this.last.begin(detail);
  }

  // --- effects

  private begin(
    call: CallMessage,
    body: Uint8Array | null,
    known: Pick<MetEffect, "argsHash" | "begun">,
  ): void {
    const definition = effectTable.get(call.name);
    if (definition === undefined) {
      this.fail("HOOK_PROTOCOL", `the sandbox asked for an unknown effect ${JSON.stringify(call.name)}.`);
      return;
    }
    let args: unknown;
    try {
      args = definition.parseArgs(call.args, this.options.effectLimits);
    } catch (error) {
      this.complete(call, { ...known, outcome: rejectionOf(error, this.journal) });
      return;
    }
    if (definition.nature(args) === "record") this.recordOnly(call, known.argsHash, args as TaskEvent);
    else this.perform({ call, body, args, definition, ...known });
  }

  private recordOnly(call: CallMessage, argsHash: string, event: TaskEvent): void {
    const room = this.budget.take(call.name, call.args);
    // A dropped log line is not kept; nobody waits for it either.
    if (room === "drop") return;
    const { maxCheckpoints } = this.options.effectLimits;
    const known = { argsHash, isKnown: true };
    if (room === "refuse")
      return this.complete(call, { ...known, outcome: tooManyCheckpoints(maxCheckpoints) });
    const kept: TaskEvent =
      room === "last" ? { type: "log", level: "warn", message: this.budget.marker } : event;
    this.complete(call, { ...known, outcome: { ok: true, value: null }, event: kept });
  }

  private perform(effect: MetEffect): void {
    const { call, args, definition, argsHash, begun } = effect;
    const nature = definition.nature(args);
    const parks = nature === "park";
    const checkpointId = parks ? (args as CheckpointRetryArgs).checkpointId : null;
    const { clock } = this.options;
    const elapsedMs = begun === null ? 0 : elapsedBetween(begun.started, readMoment(clock));
    const lastsMs = definition.lastsMs?.(args) ?? null;
    const dueAt = lastsMs === null ? null : clock.monotonic() + lastsMs - elapsedMs;
    const outlivesHook = call.name === "fetch";
    const isOnce = nature === "once";
    const signal = this.pending.add(call.seq, { checkpointId, dueAt, outlivesHook, isOnce });
    if (begun !== null && isOnce) {
      this.complete(call, { argsHash, outcome: interruptedOutcome(call.name) });
      return;
    }
    const go = (): void => void this.carryOut({ ...effect, elapsedMs }, signal);
    // A timer of ours may run meanwhile; what reaches the world waits for all that the hook was told before.
    const goWhenKept = definition.lastsMs === undefined ? (): void => this.journal.afterKept(go) : go;
    const isOverdue = begun !== null && dueAt !== null && dueAt <= clock.monotonic();
    if (isOverdue) this.pending.setOverdue(call.seq, go);
    else if (begun !== null || nature === "repeatable") goWhenKept();
    if (begun !== null) return;
    const event = parks ? awaitingEvent(args as CheckpointRetryArgs) : undefined;
    const began = definition.isTimed === true ? this.journal.moment() : { at: this.journal.stamp() };
    this.journal.keep(
      { type: "effect-started", seq: call.seq, name: call.name, argsHash, ...began, ...(event && { event }) },
      nature === "repeatable" ? () => {} : go,
    );
  }

  private async carryOut(effect: MetEffect & { elapsedMs: number }, signal: AbortSignal): Promise<void> {
    const { call, args, definition, argsHash } = effect;
    let outcome: EffectOutcome;
    let event: TaskEvent | undefined;
    try {
      if (definition.perform === undefined) {
        const decision = await this.options.person.decision(call.seq, signal);
        event = { type: "checkpoint-answered", id: (args as CheckpointRetryArgs).checkpointId, decision };
        outcome = { ok: true, value: decision };
      } else {
        const paused = effect.begun?.paused ?? null;
        if (paused !== null) await this.pauses.goOn({ seq: call.seq, signal }, paused);
        const { options: attempt, journal, network, pauses } = this;
        const tools = createEffectTools({ attempt, journal, network, pauses, effect, signal });
        outcome = toOutcome(await definition.perform(args, effect.body, tools));
      }
    } catch (error) {
      if (this.settled || signal.aborted) return;
      // A person's answer that cannot be asked for is no answer: the attempt is gone on with when it can be.
      if (definition.perform === undefined) return this.abandon(error);
      outcome = rejectionOf(error, this.journal);
    }
    if (this.settled || signal.aborted) return;
    this.complete(call, { argsHash, outcome, event });
  }

  /** Told once, though a replay meets it again. */
  private noteUnhandled(text: string): void {
    const message = `a rejected promise was not handled (a missing await?): ${text}`;
    const told = this.options.recorded.some((entry) => isLogNote(entry, this.options.redact(message)));
    if (!told && this.finished === null) this.journal.note({ type: "log", level: "warn", message });
  }

  private complete(call: CallMessage, completion: Completion): void {
    const { argsHash, outcome, event, isKnown = false } = completion;
    const { seq, name, reply } = call;
    const at = this.journal.stamp();
    if (this.pending.has(seq)) {
      // Not to be put away now, to be brought back for it at once.
      this.pending.setEnding(seq);
    } else if (reply) {
      this.pending.add(seq, { checkpointId: null, dueAt: null, outlivesHook: true });
    }
    let onKept = (): void => {};
    this.journal.keep(
      {
        type: "effect-completed",
        seq,
        name,
        argsHash,
        at,
        outcome,
        ...(event === undefined ? {} : { event }),
      },
      () => {
        if (!this.settled) onKept();
        this.afterTurn();
      },
    );
    if (!reply) return;
    const send = (): void => this.send(seq, at, outcome);
    onKept = this.order.add({ isKnown, deliver: () => this.recorded.afterAll(send) });
  }

  /** Also when the hook has given the effect up meanwhile: what is kept is delivered, live as on replay. */
  private send(seq: number, at: number, outcome: EffectOutcome): void {
    this.pending.delete(seq);
    if (this.finished !== null || this.last.look()) return;
    this.resting.wake();
    this.guest.complete(seq, at, outcome);
  }

  // --- ending

  private finishWhenCarriedOut(): void {
    if (this.pending.size > 0 || this.finished === null) return;
    const activeMs = this.active.elapsedMs();
    if (this.finished.ok) this.settle({ kind: "completed", activeMs });
    else this.settle({ kind: "failed", failure: { by: "guest", error: this.finished.error }, activeMs });
  }

  private fail(code: ErrorCode, detail: string): void {
    const activeMs = this.active.elapsedMs();
    this.settle({ kind: "failed", failure: { by: "runtime", code, detail }, activeMs });
  }

  private abandon(error: unknown): void {
    if (this.settled) return;
    this.stopEverything(false);
    this.ended.reject(error);
  }

  private settle(outcome: AttemptOutcome): void {
    if (this.settled) return;
    this.stopEverything(isOwnEnd(outcome));
    // What is on its way to the journal gets there first.
    this.journal.flushed().then(() => this.ended.resolve(outcome), this.ended.reject);
  }

  private stopEverything(isClean: boolean): void {
    this.settled = true;
    this.last.close();
    this.journal.close();
    this.active.stop();
    this.resting.close();
    this.pending.dropAll();
    this.guest.close(isClean);
  }
}
