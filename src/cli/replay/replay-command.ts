import { existsSync } from "node:fs";
import { parseDatastoreUrl } from "../../datastore/datastore-url.ts";
import type { Datastore } from "../../datastore/datastore.ts";
import { TackleboxError } from "../../errors.ts";
import { getBundle, requireUnchanged } from "../../install/bundle-store.ts";
import { parseRecording } from "../../install/recording.ts";
import { replayTask, type ReplayReport, type ReplayRequest } from "../../install/replay-task.ts";
import { getJson } from "../../install/stored-json.ts";
import { readJournal } from "../../install/task-journal.ts";
import { resolveSandboxLimits } from "../../runtime/sandbox-limits.ts";
import { createSandboxPool } from "../../runtime/sandbox-pool.ts";
import type { HookTaskRecord } from "../../task/hook-task.ts";
import type { OperationRecord } from "../../task/operation-task.ts";
import type { CliContext } from "../cli-context.ts";
import { defaultDatastore } from "../default-datastore.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { openCommandDatastore } from "../open-command-datastore.ts";
import { readCount } from "../read-count.ts";
import { readTextFile } from "../read-text-file.ts";
import { replayLines } from "./replay-lines.ts";

/** The options of `tacklebox replay`. */
export interface ReplayOptions {
  attempt?: string;
  to?: string;
  datastore?: string;
  json?: boolean;
}

type Recorded = Pick<ReplayRequest, "record" | "entries" | "bundleOf">;

/**
 * `tacklebox replay`: runs a recorded hook again up to where its journal ends, and shows what it did. Nothing is sent,
 * waited for or written.
 */
export async function replayCommand(
  context: CliContext,
  subject: string,
  options: ReplayOptions,
): Promise<ExitCode> {
  const { terminal, signal } = context;
  const chosen = {
    ...(options.attempt === undefined ? {} : { attempt: readCount("replay --attempt", options.attempt) }),
    ...(options.to === undefined ? {} : { to: readCount("replay --to", options.to) }),
  };
  const report = await withRecorded(context, subject, options, async (recorded) => {
    terminal.status("Replaying");
    const pool = createSandboxPool({ spares: 0, limits: resolveSandboxLimits() });
    try {
      return await replayTask({ ...recorded, ...chosen, pool, signal });
    } finally {
      await pool.close();
    }
  });
  terminal.status(null);
  if (options.json === true) terminal.data(JSON.stringify(report, null, 2));
  else for (const line of replayLines(report, terminal.dataColors)) terminal.data(line);
  return exitCodeOf(report);
}

/** A hook that failed again as it did is a replay that went well. */
function exitCodeOf({ error }: ReplayReport): ExitCode {
  return error?.code === "REPLAY_MISMATCH" ? exitCodes.hookFailed : exitCodes.ok;
}

async function withRecorded<T>(
  context: CliContext,
  subject: string,
  options: ReplayOptions,
  use: (recorded: Recorded) => Promise<T>,
): Promise<T> {
  if (/\.json$/i.test(subject)) return await use(await readRecording(subject));
  const url = options.datastore ?? context.environment.datastoreUrl ?? defaultDatastore;
  requireExisting(url, subject);
  const datastore = await openCommandDatastore(context, url);
  try {
    return await use(await readTask(datastore, subject));
  } finally {
    await datastore.close();
  }
}

async function readRecording(file: string): Promise<Recorded> {
  const { record, entries, bundle } = parseRecording(await readTextFile(file), file);
  return { record, entries, bundleOf: async (sha256) => requireUnchanged(bundle, sha256) };
}

/** A folder that is not there is not made: nothing could be found in it. */
function requireExisting(url: string, taskId: string): void {
  const target = parseDatastoreUrl(url);
  if (target.kind === "pglite" && !existsSync(target.folder)) throw unknownTask(taskId, url);
}

async function readTask({ documents, journals, displayUrl }: Datastore, taskId: string): Promise<Recorded> {
  const record = await getJson<HookTaskRecord>(documents, "hook-tasks", taskId);
  if (record === null) {
    const operation = await getJson<OperationRecord>(documents, "operations", taskId);
    throw operation === null ? unknownTask(taskId, displayUrl) : notAHook(operation);
  }
  return {
    record,
    entries: await readJournal(journals, taskId),
    bundleOf: async (sha256) => {
      const bundle = await getBundle(documents, sha256);
      if (bundle !== null) return bundle;
      throw new TackleboxError(
        "JOURNAL_CORRUPT",
        `Task ${taskId}: the bundle ${sha256.slice(0, 12)} of this attempt is no longer kept in ${displayUrl}; replay another attempt.`,
      );
    },
  };
}

function unknownTask(taskId: string, displayUrl: string): TackleboxError {
  return new TackleboxError(
    "TASK_UNKNOWN",
    `replay ${taskId}: no such task was found in ${displayUrl}, expected the id of a hook task or the file of a ` +
      "recording; check the id, or name its datastore with --datastore.",
  );
}

function notAHook({ id, operation, appName, steps }: OperationRecord): TackleboxError {
  const hooks = steps.flatMap((step) =>
    step.kind === "hook" && step.task !== null ? [`${step.task.id} (${step.hookId})`] : [],
  );
  return new TackleboxError(
    "USAGE",
    `replay ${id}: that is the ${operation} of ${appName}, expected a hook task; ` +
      (hooks.length === 0 ? "it has none." : `name one of its hooks: ${hooks.join(", ")}.`),
  );
}
