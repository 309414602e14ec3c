import type { SourceLocation } from "../../compile/bundle.ts";
import type { ShownResult } from "../../install/mask-effects.ts";
import type { ReplayReport, ReplayStep, StandingCall } from "../../install/replay-task.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../json.ts";
import { durationText } from "../duration-text.ts";
import { errorLines } from "../error-lines.ts";
import { printable, printableLine } from "../printable.ts";
import type { Colors } from "../terminal.ts";

/** Longest text shown of one argument or result, in characters. */
const maxShown = 160;

/** A replay for people: each effect with its recorded result and the author's line, then where the hook stands. */
export function replayLines(report: ReplayReport, colors: Colors): string[] {
  const { entries, task, hookId, event, appName } = report;
  const width = String(entries.last).length;
  return [
    `${colors.bold(`Task ${printableLine(task)}`)}: hook "${printableLine(hookId)}" (${event}) of ${printableLine(appName)}`,
    `Attempt ${report.attempt} of ${report.attempts}, begun ${report.startedAt}, entries ${entries.first} to ${entries.last}, bundle ${report.bundleSha256.slice(0, 12)}`,
    "",
    ...report.steps.flatMap((step) => stepLines(step, width, colors)),
    ...(report.steps.length === 0 ? [] : [""]),
    ...endLines(report, colors),
  ];
}

function stepLines(step: ReplayStep, width: number, colors: Colors): string[] {
  const number = String(step.entry).padStart(width);
  if (step.kind === "note") return [`${number}   ${colors.dim(shorten(step.text))}`];
  const { result } = step;
  const mark = markOf(result, colors);
  const took = step.startedAt === null ? "" : ` in ${durationText(msBetween(step.startedAt, step.at))}`;
  const shown = resultText(step);
  return [
    `${number} ${mark} ${callText(step.name, step.args)}${shown === "" ? took : ` → ${shown}${took}`}`,
    ...sourceLines(step.source, width, colors),
  ];
}

/** An answer that says no is an answer; the hook had to see to it. */
function markOf(result: ShownResult, colors: Colors): string {
  if (!result.ok) return colors.red("✗");
  const status = isJsonObject(result.value) ? result.value["status"] : null;
  return typeof status === "number" && status >= 400 ? colors.yellow("!") : colors.green("✓");
}

function sourceLines(source: SourceLocation | null, width: number, colors: Colors): string[] {
  const indent = " ".repeat(width + 3);
  if (source === null) return [];
  const place = printableLine(`${source.file}:${source.line}:${source.column}`);
  const snippet = source.snippet === undefined ? "" : ` ${printableLine(source.snippet)}`;
  return [`${indent}${colors.dim(`${place} |`)}${snippet}`];
}

const msBetween = (from: string, to: string): number => Math.max(0, Date.parse(to) - Date.parse(from));

/** A call in the words of the hook. */
function callText(name: string, args: JsonValue): string {
  const fields: JsonObject = isJsonObject(args) ? args : {};
  const text = (field: string): string => shorten(toText(fields[field]));
  const quoted = (field: string): string =>
    fields[field] === undefined || fields[field] === null ? "" : ` "${text(field)}"`;
  switch (name) {
    case "fetch":
      return `${text("method")} ${text("url")}`;
    case "log":
      return `log ${text("level")}${quoted("message")}`;
    case "sleep":
      return `sleep ${text("ms")} ms`;
    case "timer":
      return `setTimeout ${text("ms")} ms`;
    case "waitForApp":
      return `waitForApp ${text("path")}`;
    case "registerCheckpoints":
      return `registerCheckpoints ${idsOf(fields["checkpoints"])}`;
    case "emitCheckpoint":
      return `emitCheckpoint ${text("id")}${quoted("message")}${progressText(fields["progress"])}`;
    case "updateCheckpointMessage":
    case "skipCheckpoint":
      return `${name} ${text("id")}${quoted("message")}`;
    case "awaitCheckpointRetry":
      return `awaitCheckpointRetry ${text("checkpointId")}${quoted("error")}`;
    default:
      return `${printableLine(name)} ${shorten(toText(args))}`;
  }
}

const progressText = (progress: JsonValue | undefined): string =>
  typeof progress === "number" ? ` ${Math.trunc(progress)} %` : "";

function idsOf(checkpoints: JsonValue | undefined): string {
  if (!Array.isArray(checkpoints)) return shorten(toText(checkpoints));
  return shorten(checkpoints.map((one) => toText(isJsonObject(one) ? one["id"] : one)).join(", "));
}

function resultText({ result }: Extract<ReplayStep, { kind: "effect" }>): string {
  if (!result.ok) {
    const { name, code, message } = result.error;
    return `${printableLine(code === "" ? name : code)} ${shorten(message)}`;
  }
  const { value, body } = result;
  if (value === null) return "";
  if (!isJsonObject(value) || typeof value["status"] !== "number") return shorten(JSON.stringify(value));
  const said = body === null || body === "" ? "" : ` ${shorten(body)}`;
  return `${value["status"]} ${printableLine(toText(value["statusText"]))}`.trimEnd() + said;
}

function endLines(report: ReplayReport, colors: Colors): string[] {
  switch (report.end) {
    case "completed":
      return [`${colors.green("✓")} The hook completes here.`];
    case "failed":
      return report.error === null ? [] : errorLines(report.error, colors);
    case "stands":
      return [...standingLines(report.standing, colors), ...recordedLines(report, colors)];
  }
}

function standingLines(standing: readonly StandingCall[], colors: Colors): string[] {
  const head = `${colors.yellow("■")} The hook stands here; nothing is recorded of what came of:`;
  const calls = standing.flatMap((call) => {
    const begun = call.startedAt === null ? "not begun yet" : `begun ${call.startedAt}`;
    return [`  ${callText(call.name, call.args)} (${begun})`, ...sourceLines(call.source, 1, colors)];
  });
  return [head, ...calls];
}

/** How the attempt ended at that place. */
function recordedLines({ recorded }: ReplayReport, colors: Colors): string[] {
  if (recorded?.kind === "cancelled") return ["It was cancelled there."];
  if (recorded?.kind !== "failed") return [];
  return ["The attempt ended there:", ...errorLines(recorded.error, colors)];
}

const toText = (value: JsonValue | undefined): string =>
  typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value);

function shorten(text: string): string {
  const line = printable(text).replaceAll(/\s+/g, " ").trim();
  return line.length <= maxShown ? line : `${line.slice(0, maxShown)}…`;
}
