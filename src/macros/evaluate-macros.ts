import { isJsonObject, type JsonObject, type JsonValue } from "../json.ts";
import { longestRandomString, readMegabytes, readPercent, readRandomLength } from "./check-arguments.ts";
import type { MacroFacts } from "./macro-facts.ts";
import type { Macro, MacroCondition, MacroText, MacroValue } from "./macro-tree.ts";

/** What an evaluation needs: the facts, the place of the text, and where to tell that a value is missing. */
export interface Evaluation {
  facts: MacroFacts;
  /** JSON pointer of the text. */
  pointer: string;
  /** Takes what was found, expected, and to be done; the caller adds where. */
  report: (message: string) => void;
}

/**
 * The value of a parsed text. A text that is one macro keeps the type of the macro's value; every other is joined
 * to a string. Values are data: they are never read for macros. After a report the value is of no use.
 */
export function evaluateText(parts: MacroText, evaluation: Evaluation): JsonValue {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined && only.kind !== "literal")
    return evaluateMacro(only, evaluation);
  return joinText(parts, evaluation);
}

/** The value of a parsed text as a string. */
export function joinText(parts: MacroText, evaluation: Evaluation): string {
  return parts
    .map((part) =>
      part.kind === "literal" ? part.text : toText(part, evaluateMacro(part, evaluation), evaluation),
    )
    .join("");
}

/** True for a text in which `$IF` stands outside other macros: as a list element it is dropped when it comes out empty. */
export function holdsChoice(parts: MacroText): boolean {
  return parts.some((part) => part.kind === "IF");
}

function toText(macro: Macro, value: JsonValue, { report }: Evaluation): string {
  if (!isJsonObject(value) && !Array.isArray(value)) return value === null ? "" : String(value);
  const kind = Array.isArray(value) ? "a list" : "an object";
  report(
    `$${macro.kind} gives ${kind} inside other text, expected a text or number; let it be the whole value`,
  );
  return "";
}

function evaluateMacro(macro: Macro, evaluation: Evaluation): JsonValue {
  const { facts, report } = evaluation;
  switch (macro.kind) {
    case "SERVER_LAN_IP":
      return facts.lanIp;
    case "SERVER_HOST_ID":
      return facts.hostId;
    case "LOCATION":
      return evaluateLocation(joinText(macro.name, evaluation), evaluation);
    case "QUESTION":
      return evaluateQuestion(joinText(macro.key, evaluation), evaluation);
    case "HOST_PATH":
      return { type: "host_path", host_path_config: hostPath(macro.path, evaluation) };
    case "MOUNTED_HOST_PATH":
      return {
        type: "host_path",
        read_only: false,
        mount_path: joinText(macro.mount, evaluation),
        host_path_config: hostPath(macro.path, evaluation),
      };
    case "RANDOM_STRING": {
      const length = readRandomLength(joinText(macro.length, evaluation));
      const place = macro.ordinal === 0 ? evaluation.pointer : `${evaluation.pointer}#${macro.ordinal}`;
      if (length !== null) return facts.randomString(place, length);
      report(
        `$RANDOM_STRING has a length that is not a whole number from 1 to ${longestRandomString}; correct the answer`,
      );
      return "";
    }
    case "MEMORY":
      return evaluateMemory(macro, evaluation);
    case "GPU_CONFIG":
      return gpuConfig(facts.gpus);
    case "APP_INSTALLED":
      return String(isInstalled(joinText(macro.name, evaluation), facts));
    case "IF":
      return evaluateValue(
        isTrue(macro.condition, evaluation) ? macro.whenTrue : macro.whenFalse,
        evaluation,
      );
  }
}

function evaluateLocation(name: string, { facts, report }: Evaluation): string {
  if (Object.hasOwn(facts.locations, name)) {
    const path = String(facts.locations[name]);
    return path.length > 1 ? path.replace(/\/+$/, "") : path;
  }
  report(
    `$LOCATION(${name}) has no path, expected a location that is configured on the NAS; configure ${JSON.stringify(name)} there`,
  );
  return "";
}

function evaluateQuestion(key: string, { facts, report }: Evaluation): JsonValue {
  const answer = Object.hasOwn(facts.answers, key) ? facts.answers[key] : undefined;
  if (answer !== undefined) return answer;
  report(
    `$QUESTION(${key}) has no answer, expected one to the question with key ${JSON.stringify(key)}; answer it, or give it a default`,
  );
  return "";
}

/** `acl_enable` and `path` as the apps of the TrueNAS catalog take them for a folder of the host. */
function hostPath(path: MacroText, evaluation: Evaluation): JsonObject {
  return { acl_enable: false, path: joinText(path, evaluation) };
}

function evaluateMemory(macro: Extract<Macro, { kind: "MEMORY" }>, evaluation: Evaluation): number {
  const percent = readPercent(joinText(macro.percent, evaluation));
  const leastMb = readMegabytes(joinText(macro.leastMb, evaluation));
  if (percent === null || leastMb === null) {
    evaluation.report(
      "$MEMORY has an argument that is not a percentage and a number of megabytes; correct the answer",
    );
    return 0;
  }
  return Math.max(Math.floor((evaluation.facts.memoryMb * percent) / 100), Math.ceil(leastMb));
}

/** A card that cannot be used yet (NVIDIA without its driver) counts as none: an app given it would not start. */
function gpuConfig(gpus: MacroFacts["gpus"]): JsonObject {
  const usable = gpus.filter((gpu) => gpu.vendor !== "nvidia" || (gpu.driverReady && gpu.uuid !== undefined));
  if (usable.length === 0) return { use_all_gpus: false };
  const nvidia = usable.filter((gpu) => gpu.vendor === "nvidia");
  if (nvidia.length === 0) return { use_all_gpus: true };
  const selection = nvidia.map((gpu) => [gpu.pciSlot, { use_gpu: true, uuid: gpu.uuid as string }] as const);
  return { use_all_gpus: true, nvidia_gpu_selection: Object.fromEntries(selection) };
}

function isInstalled(name: string, facts: MacroFacts): boolean {
  const wanted = name.trim().toLowerCase();
  return facts.installedApps.some((app) => app.toLowerCase() === wanted);
}

function isTrue(condition: MacroCondition, evaluation: Evaluation): boolean {
  switch (condition.kind) {
    case "constant":
      return condition.value;
    case "truthy":
      return isTruthy(evaluateText(condition.operand, evaluation));
    case "not":
      return !isTrue(condition.condition, evaluation);
    case "equal": {
      const left = joinText(condition.left, evaluation);
      const right = joinText(condition.right, evaluation);
      return sameText(left, right) !== condition.negated;
    }
    case "all":
      return condition.conditions.every((inner) => isTrue(inner, evaluation));
    case "any":
      return condition.conditions.some((inner) => isTrue(inner, evaluation));
  }
}

/** Empty, false, 0 and null are false, and so is the text "false": defaults of booleans are often written as text. */
function isTruthy(value: JsonValue): boolean {
  return typeof value === "string" ? value !== "" && value.toLowerCase() !== "false" : Boolean(value);
}

/** Texts are compared as they are, "True" and "false" in any letter case. */
function sameText(left: string, right: string): boolean {
  const isBoolean = /^(true|false)$/i;
  return isBoolean.test(left) && isBoolean.test(right)
    ? left.toLowerCase() === right.toLowerCase()
    : left === right;
}

function evaluateValue(value: MacroValue, evaluation: Evaluation): JsonValue {
  switch (value.kind) {
    case "scalar":
      return value.value;
    case "text":
      return evaluateText(value.parts, evaluation);
    case "object":
      return Object.fromEntries(
        value.entries.map(([name, inner]) => [name, evaluateValue(inner, evaluation)]),
      );
    case "list":
      return value.items
        .map((inner) => ({ given: evaluateValue(inner, evaluation), dropsEmpty: isChoice(inner) }))
        .filter(({ given, dropsEmpty }) => given !== "" || !dropsEmpty)
        .map(({ given }) => given);
  }
}

function isChoice(value: MacroValue): boolean {
  return value.kind === "text" && holdsChoice(value.parts);
}
