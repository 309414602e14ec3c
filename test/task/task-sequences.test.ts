import { describe, expect, it } from "vitest";
import type { JournalEntry } from "../../src/journal/entry.ts";
import { actionsOf } from "../../src/task/hook-task.ts";
import type { TaskAction } from "../../src/task/task-view.ts";
import { terminalStatuses, type TaskEvent, type TaskStatus } from "../../src/task/task-event.ts";
import {
  foldEntry,
  initialHookTaskState,
  isTerminal,
  type HookTaskState,
} from "../../src/task/task-state.ts";
import { createRandom, type SeededRandom } from "../support/random.ts";
import { anError, anInput, answered, attemptStarted, awaiting, shown, task } from "./hook-task-fold.ts";
import { legal } from "./legal-transitions.ts";

/** Which actions a state may offer at all. */
const offered: Record<TaskStatus, readonly TaskAction["name"][]> = {
  PENDING: ["cancel"],
  AWAITING_INPUT: ["submit_input", "authorize", "cancel_authorization", "skip", "cancel"],
  IN_PROGRESS: ["cancel"],
  AWAITING_RETRY: ["retry", "skip", "cancel"],
  COMPLETED: ["rerun"],
  SKIPPED: ["rerun"],
  FAILED: ["rerun"],
  CANCELLED: ["rerun"],
};

const ids = ["ready", "Library Ready", "a b c", "", "__proto__", "movies"];

/** What may come next in a task's journal, as the runtime writes it. */
function draw(state: HookTaskState, random: SeededRandom): JournalEntry[] {
  if (state.cancelRequestedAt !== null && random.below(3) === 0) return [task({ type: "cancelled" })];
  if (random.below(40) === 0) return [task({ type: "cancel-requested" })];
  if (isTerminal(state.status)) return [drawAnything(state, random)];
  if (state.attemptOpen) return drawInAttempt(state, random);
  if (state.waiting?.kind === "attempt") {
    return [
      random.pick([
        task({ type: "skipped", reason: "skipped by the user" }),
        task({ type: "failed", error: anError }),
        task({ type: "retry-chosen", fresh: false }),
        task({ type: "retry-chosen", fresh: true }),
      ]),
    ];
  }
  return drawBeforeAttempt(state, random);
}

function drawBeforeAttempt(state: HookTaskState, random: SeededRandom): JournalEntry[] {
  const begin = attemptStarted(state.attempt + 1);
  if (state.status === "IN_PROGRESS") return [begin];
  const asked = [anInput("name"), anInput("login", "oauth")];
  if (state.status !== "AWAITING_INPUT") {
    return [random.pick([begin, task({ type: "inputs-missing", inputs: asked })])];
  }
  const authorization = { url: "https://sign.in/", userCode: null, expiresAt: null };
  return [
    random.pick([
      begin,
      task({ type: "sign-in-shown", inputId: "login", authorization }),
      task({ type: "inputs-provided", inputIds: ["name", "login"] }),
      task({ type: "awaiting-retry", error: anError }),
      task({ type: "failed", error: anError }),
      task({ type: "skipped", reason: "skipped by the user" }),
    ]),
  ];
}

function drawInAttempt(state: HookTaskState, random: SeededRandom): JournalEntry[] {
  const { attempt } = state;
  const wait = state.checkpointWaits[random.below(4)];
  if (wait !== undefined && random.below(2) === 0) return [answered(wait.checkpointId, wait.seq)];
  const failed = (again: boolean): JournalEntry =>
    task({ type: "attempt-failed", attempt, error: anError, activeMs: 3, again });
  const rare: JournalEntry[][] = [
    [failed(true)],
    [failed(false), task({ type: "awaiting-retry", error: anError })],
    [failed(false), task({ type: "failed", error: anError })],
    [failed(false), task({ type: "skipped", reason: "optional and failed", error: anError })],
  ];
  if (state.status === "IN_PROGRESS") rare.push([task({ type: "attempt-completed", attempt, activeMs: 9 })]);
  if (random.below(12) === 0) return random.pick(rare);
  if (random.below(10) === 0) return [task({ type: "attempt-paused", attempt, activeMs: 2 })];
  if (random.below(10) === 0) return [awaiting(random.pick(ids), random.below(1_000_000))];
  return [shown(drawCheckpoint(random))];
}

function drawCheckpoint(random: SeededRandom): TaskEvent {
  const id = random.pick(ids);
  const message = `message ${random.below(100)}`;
  const some = Array.from({ length: random.below(7) }, () => random.pick(ids));
  return random.pick<TaskEvent>([
    { type: "checkpoints-registered", checkpoints: some.map((one) => ({ id: one, message })) },
    { type: "checkpoint-completed", id },
    { type: "checkpoint-completed", id, message },
    { type: "checkpoint-completed", id, progress: random.below(130) - 10 },
    { type: "checkpoint-message", id, message },
    { type: "checkpoint-skipped", id },
    { type: "log", level: "info", message },
  ]);
}

/** For tasks that have ended: entries that must change nothing, legal or not. */
function drawAnything(state: HookTaskState, random: SeededRandom): JournalEntry {
  return random.pick([
    attemptStarted(state.attempt + 1),
    awaiting("late", 7),
    answered("late", 7),
    shown(drawCheckpoint(random)),
    task({ type: "inputs-missing", inputs: [] }),
    task({ type: "inputs-provided", inputIds: [] }),
    task({ type: "attempt-completed", attempt: state.attempt, activeMs: 1 }),
    task({ type: "attempt-failed", attempt: state.attempt, error: anError, activeMs: 1, again: true }),
    task({ type: "awaiting-retry", error: anError }),
    task({ type: "retry-chosen", fresh: true }),
    task({ type: "skipped", reason: "late" }),
    task({ type: "failed", error: anError }),
    task({ type: "cancelled" }),
  ]);
}

function violationsOf(before: HookTaskState, entry: JournalEntry, after: HookTaskState): string[] {
  if (isTerminal(before.status)) return after === before ? [] : [`${before.status} was reopened`];
  const broken: [broken: boolean, rule: string][] = [
    [
      before.status !== after.status && !legal[before.status].includes(after.status),
      `${before.status} -> ${after.status} is not legal`,
    ],
    [after.revision !== before.revision + (after === before ? 0 : 1), "the revision rises by one per change"],
    [
      after.attempt === before.attempt && after.progress < before.progress,
      `progress fell from ${before.progress} to ${after.progress}`,
    ],
    [
      !Number.isInteger(after.progress) || after.progress < 0 || after.progress > 100,
      `progress is ${after.progress}`,
    ],
    [
      (after.status === "COMPLETED" || after.status === "SKIPPED") && after.progress !== 100,
      "an ended task is at 100 %",
    ],
    [after.checkpoints.filter(({ status }) => status === "active").length > 1, "two checkpoints are active"],
    [new Set(after.checkpoints.map(({ id }) => id)).size < after.checkpoints.length, "an id stands twice"],
    [
      actionsOf(after).some(({ name }) => !offered[after.status].includes(name)),
      `an action is offered that is not legal in ${after.status}`,
    ],
    [
      isTerminal(after.status) !== (after.finishedAt !== null),
      "finishedAt stands at the end, and only there",
    ],
    [
      (after.waiting?.kind === "checkpoint") !== after.checkpointWaits.length > 0,
      "a call that waits is the one people can answer",
    ],
  ];
  return broken.flatMap(([isBroken, rule]) => (isBroken ? [`${entry.type}: ${rule}`] : []));
}

describe("any sequence of events", () => {
  /** Plays many random tasks; tells each change to `see`. */
  function play(
    see: (seed: number, entry: JournalEntry, from: HookTaskState, to: HookTaskState) => void,
  ): void {
    for (let seed = 0; seed < 800; seed += 1) {
      const random = createRandom(seed);
      let state = initialHookTaskState;
      for (let count = 0; count < 100; count += 1) {
        for (const entry of draw(state, random)) {
          const next = foldEntry(state, entry);
          see(seed, entry, state, next);
          state = next;
        }
      }
    }
  }

  it("keeps every rule of the states", () => {
    const broken: string[] = [];
    play((seed, entry, from, to) => {
      for (const rule of violationsOf(from, entry, to)) broken.push(`seed ${seed}: ${rule}`);
    });
    expect(broken.slice(0, 20)).toEqual([]);
  });

  it("reaches every legal transition of the table and no other", () => {
    const seen = new Set<string>();
    play((_seed, _entry, from, to) => {
      if (to.status !== from.status) seen.add(`${from.status} -> ${to.status}`);
    });
    const table = Object.entries(legal).flatMap(([from, all]) => all.map((to) => `${from} -> ${to}`));
    // A hook that is not to run at all is skipped by the plan and never becomes a task.
    const reachable = table.filter((transition) => transition !== "PENDING -> SKIPPED");
    expect([...seen].toSorted()).toEqual(reachable.toSorted());
  });

  it("ends in one of the four terminal states, and the list of them is the same everywhere", () => {
    const all = Object.keys(legal) as TaskStatus[];
    expect(all.filter(isTerminal).toSorted()).toEqual([...terminalStatuses].toSorted());
    expect(all.filter((status) => legal[status].length === 0)).toEqual(all.filter(isTerminal));
  });
});
