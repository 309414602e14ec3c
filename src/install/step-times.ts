import type { DocumentStore } from "../datastore/datastore.ts";
import type { OperationRecord, OperationState, OperationStep } from "../task/operation-task.ts";
import { getJson, putJson } from "./stored-json.ts";

/*
 * How long the steps of an app's operations usually take on this NAS: one small document for each app and operation,
 * written once when an operation completes and read once when the next one begins. Two that complete in the same
 * instant may cost each other a sample; it is an estimate.
 */

/** The latest samples of each step in milliseconds, newest last. */
type StepTimes = Record<string, number[]>;

const collection = "step-times";
const keptSamples = 9;
/** Steps remembered for an app, so that renamed hooks do not pile up. */
const keptSteps = 200;

/** Remembers how long the steps of a completed operation took. */
export async function keepStepTimes(
  documents: DocumentStore,
  record: OperationRecord,
  state: OperationState,
): Promise<void> {
  const times = (await getJson<StepTimes>(documents, collection, keyOf(record))) ?? {};
  for (const [index, step] of record.steps.entries()) {
    const activeMs = state.steps[index]?.activeMs ?? null;
    if (activeMs === null) continue;
    const name = nameOf(step);
    const samples = [...samplesOf(times, name), activeMs].slice(-keptSamples);
    // The latest ones stand last, and are kept.
    delete times[name];
    times[name] = samples;
  }
  const kept = Object.fromEntries(Object.entries(times).slice(-keptSteps));
  await putJson(documents, collection, keyOf(record), kept);
}

/** The same operation with what its steps and its hooks' tasks are expected to take, where that is known. */
export async function expectStepTimes<T extends { record: OperationRecord }>(
  documents: DocumentStore,
  prepared: T,
): Promise<T> {
  const { record } = prepared;
  const times = await getJson<StepTimes>(documents, collection, keyOf(record));
  if (times === null) return prepared;
  const expected = record.steps.map((step) => median(samplesOf(times, nameOf(step))));
  const steps = record.steps.map((step, index): OperationStep => {
    const ms = expected[index] ?? null;
    if (step.kind !== "hook" || step.task === null || ms === null) return step;
    return { ...step, task: { ...step.task, predictedSeconds: toSeconds(ms) } };
  });
  const planned = expected.filter((_ms, index) => isPlanned(record.steps[index]));
  const known = planned.filter((ms) => ms !== null);
  const isKnown = known.length > 0 && known.length === planned.length;
  const sum = known.reduce((total, ms) => total + ms, 0);
  return {
    ...prepared,
    record: { ...record, steps, ...(isKnown ? { predictedSeconds: toSeconds(sum) } : {}) },
  };
}

function keyOf({ catalogApp, appName, operation }: OperationRecord): string {
  return `${operation}/${catalogApp ?? appName}`;
}

function nameOf(step: OperationStep): string {
  return step.kind === "hook" ? `hook ${step.hookId}` : step.kind;
}

function samplesOf(times: StepTimes, name: string): number[] {
  return Object.hasOwn(times, name) ? (times[name] as number[]) : [];
}

function isPlanned(step: OperationStep | undefined): boolean {
  return step !== undefined && (step.kind !== "hook" || step.task !== null);
}

function median(samples: readonly number[]): number | null {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}

/** One decimal: most hooks take less than a few seconds. */
function toSeconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}
