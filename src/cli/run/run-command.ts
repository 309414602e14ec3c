import { createTacklebox, type Tacklebox } from "../../create-tacklebox.ts";
import { TackleboxError, errorCatalogue, errorCodeOf, errorText } from "../../errors.ts";
import type { PreparedOperation } from "../../install/prepare-operation.ts";
import type { TaskObserver } from "../../install/runtime.ts";
import { ScriptRejectedError } from "../../install/script-rejected.ts";
import type { JsonObject } from "../../json.ts";
import { parseInstallScript } from "../../schema/parse-install-script.ts";
import { toHookReport, type HookReport } from "../../task/hook-report.ts";
import { createAttendant, type Attendant } from "../attendant.ts";
import type { CliContext } from "../cli-context.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { printable } from "../printable.ts";
import { readTextFile } from "../read-text-file.ts";
import { tellError } from "../tell-error.ts";
import { createProgressTeller } from "../tell-progress.ts";
import { problemLine } from "../validate/problem-lines.ts";
import { hookTasksOf, settleInputs, type MissingInput } from "./missing-inputs.ts";
import { completeAnswers } from "./installation-answers.ts";
import { resolveRunOptions, type ResolvedRunOptions, type RunOptions } from "./run-options.ts";
import { openRunNas } from "./run-nas.ts";
import { exitCodeOfRun, type RunReport } from "./run-report.ts";

/** A hook of `run` stays live while it waits for a person: there is nobody else to give its place to. */
const neverPark = 2_147_483_647;

const maxRetries = 3;

/** `tacklebox run`: runs the hooks of one install or upgrade in the real sandbox, in this process, and keeps nothing. */
export async function runCommand(context: CliContext, file: string, options: RunOptions): Promise<ExitCode> {
  const { terminal } = context;
  try {
    const outcome = await runScript(context, file, options);
    terminal.status(null);
    if (options.json === true) terminal.data(JSON.stringify(outcome.report, null, 2));
    return context.signal.aborted ? tellError(context.signal.reason, context) : outcome.exitCode;
  } catch (error) {
    if (options.json === true) terminal.data(JSON.stringify(toFailedReport(error, context), null, 2));
    return tellError(error, context);
  }
}

interface RunOutcome {
  report: RunReport;
  exitCode: ExitCode;
}

async function runScript(context: CliContext, file: string, options: RunOptions): Promise<RunOutcome> {
  const { terminal } = context;
  const text = await readTextFile(file);
  const { script, problems } = parseInstallScript(text, { file });
  if (script === null) throw new ScriptRejectedError(problems);
  const resolved = await resolveRunOptions(
    script,
    { file, text, interactive: terminal.interactive },
    options,
  );
  resolved.request.answers = await completeAnswers(context, script, resolved.request.answers);
  const { nas, hookClock } = await openRunNas(resolved);
  const run = new Run(context, resolved);
  const tacklebox = createTacklebox({
    nas,
    hookClock,
    allow: resolved.allow,
    originMap: resolved.originMap,
    parkAfterMs: neverPark,
    observer: run.observer,
  });
  try {
    return await run.carryOut(tacklebox);
  } finally {
    await tacklebox.close();
    await nas.close();
  }
}

class Run {
  /** Silent until the operation itself begins. */
  readonly observer: TaskObserver;
  private readonly context: CliContext;
  private readonly options: ResolvedRunOptions;
  private readonly attendant: Attendant;
  private readonly trouble = Promise.withResolvers<never>();
  private tacklebox!: Tacklebox;
  private isTold = false;

  constructor(context: CliContext, options: ResolvedRunOptions) {
    this.context = context;
    this.options = options;
    this.trouble.promise.catch(() => {});
    this.attendant = createAttendant({
      context,
      tacklebox: () => this.tacklebox,
      onFailure: options.onFailure,
      maxRetries,
      asks: context.terminal.interactive,
      onError: (error) => this.trouble.reject(error),
    });
    const teller = createProgressTeller(context.terminal);
    this.observer = {
      operationChanged: (view) => {
        if (this.isTold) teller.operationChanged(view);
      },
      hookChanged: (view, entries) => {
        teller.hookChanged(view, entries);
        this.attendant.hookChanged(view, entries);
      },
    };
  }

  async carryOut(tacklebox: Tacklebox): Promise<RunOutcome> {
    this.tacklebox = tacklebox;
    const warming = tacklebox.warm();
    // Met again by the hook that needs the sandbox.
    warming.catch(() => {});
    const { request } = this.options;
    let prepared = await tacklebox.prepare({ ...request, interactive: true });
    this.tellPlan(prepared);
    const tasks = hookTasksOf(prepared);
    if (!this.context.terminal.interactive) {
      const { missing, defaults } = settleInputs(tasks, request.inputs, (url) => this.isMapped(url));
      if (missing.length > 0) return this.refuseForInputs(prepared, missing);
      prepared = withAnswers(prepared, defaults);
    }
    if (request.operation === "upgrade" && this.options.givenApp === null)
      await this.putAppInPlace(tacklebox);
    this.isTold = true;
    const ended = await this.runToEnd(prepared).catch((error: unknown) => this.toEnd(error));
    const report: RunReport = { ...ended, hooks: await this.reportHooks(prepared) };
    return { report, exitCode: exitCodeOfRun(report) };
  }

  /** A step on the NAS that failed has been told when it did; what the hooks did before is reported too. */
  private toEnd(error: unknown): Pick<RunReport, "status" | "error"> {
    const code = errorCodeOf(error);
    if (code === null || code === "INTERNAL" || this.context.signal.aborted) throw error;
    return { status: "FAILED", error: toReportError(code, errorText(error)) };
  }

  /** An upgrade needs an installed app: the old version, put there without any hook. */
  private async putAppInPlace(tacklebox: Tacklebox): Promise<void> {
    const { request } = this.options;
    const { signal, terminal } = this.context;
    terminal.status(`Putting ${request.appName} ${request.fromVersion} on the simulated NAS`);
    const { fromVersion, ...rest } = request;
    const prepared = await tacklebox.prepare({
      ...rest,
      operation: "install",
      ...(fromVersion === undefined ? {} : { toVersion: fromVersion }),
      only: noHook,
    });
    await tacklebox.runToEnd(prepared, signal);
  }

  private async runToEnd(prepared: PreparedOperation): Promise<Pick<RunReport, "status">> {
    const { signal } = this.context;
    try {
      const running = this.tacklebox.runToEnd(prepared, signal);
      running.catch(() => {});
      return { status: await Promise.race([running, this.trouble.promise]) };
    } catch (error) {
      if (!signal.aborted) throw error;
      // Interrupted: the tasks end as cancelled, so that the report says so.
      await this.tacklebox.cancel(prepared.record.id);
      return { status: await this.tacklebox.runToEnd(prepared, AbortSignal.timeout(2000)) };
    }
  }

  private async reportHooks(prepared: PreparedOperation): Promise<HookReport[]> {
    return await Promise.all(
      hookTasksOf(prepared).map(async (task) => toHookReport(task, await this.tacklebox.getJournal(task.id))),
    );
  }

  private refuseForInputs(prepared: PreparedOperation, missing: readonly MissingInput[]): RunOutcome {
    const { terminal } = this.context;
    for (const { message } of missing) {
      terminal.say(
        `${terminal.colors.red("error")} ${terminal.colors.bold("INPUT_REQUIRED")} ${printable(message)}`,
      );
    }
    const hooks = hookTasksOf(prepared).map((task): HookReport => {
      const messages = missing.filter((one) => one.task === task).map(({ message }) => message);
      const report = toHookReport(task, []);
      if (messages.length === 0) return report;
      return { ...report, status: "FAILED", error: toReportError("INPUT_REQUIRED", messages.join(" ")) };
    });
    return { report: { status: "FAILED", hooks }, exitCode: exitCodes.inputNeeded };
  }

  private isMapped(url: string): boolean {
    const origin = URL.parse(url)?.origin;
    return this.options.originMap.some(({ from }) => from === origin);
  }

  /** Warnings, and why nothing runs when nothing does. Throws `USAGE` when a hook was asked for that does not run. */
  private tellPlan({ plan, warnings, record }: PreparedOperation): void {
    const { terminal } = this.context;
    const { only, scriptFile } = this.options.request;
    for (const problem of warnings)
      terminal.say(problemLine(problem, problem.file ?? scriptFile, terminal.colors));
    for (const { code, text } of plan.warnings) {
      terminal.say(`${terminal.colors.yellow("warning")} ${code} ${printable(text)}`);
    }
    if (hookTasksOf({ record }).length > 0) return;
    const wanted = plan.steps.flatMap((step) =>
      step.kind === "hook" &&
      (only?.hookId ?? step.hookId) === step.hookId &&
      (only?.event ?? step.event) === step.event
        ? [step.reason.text]
        : [],
    );
    const reasons = wanted.join(" ");
    if (only?.hookId !== undefined || only?.event !== undefined) {
      throw new TackleboxError(
        "USAGE",
        `run: no hook was run. ${reasons === "" ? `The script has no hook for ${only.event}.` : reasons} ` +
          "Pass versions, switches or an event that fit, or see the whole plan with tacklebox plan.",
      );
    }
    terminal.say(`No hook runs. ${printable(reasons === "" ? "The script has none." : reasons)}`);
  }
}

/** No hook has an empty id. */
const noHook = { hookId: "" };

function withAnswers(prepared: PreparedOperation, more: ReadonlyMap<string, JsonObject>): PreparedOperation {
  const givenAnswers = new Map(prepared.givenAnswers);
  for (const [taskId, answers] of more) {
    givenAnswers.set(taskId, { ...givenAnswers.get(taskId), ...answers });
  }
  return { ...prepared, givenAnswers };
}

function toFailedReport(error: unknown, { signal }: CliContext): RunReport {
  const code = errorCodeOf(error) ?? "INTERNAL";
  const status = signal.aborted ? "CANCELLED" : "FAILED";
  return { status, hooks: [], error: toReportError(code, errorText(error)) };
}

function toReportError(
  code: NonNullable<HookReport["error"]>["code"],
  detail: string,
): NonNullable<HookReport["error"]> {
  return { code, title: errorCatalogue[code].title, detail, context: [], source: null };
}
