import { dirname, resolve } from "node:path";
import { TackleboxError } from "../../errors.ts";
import { compileDeclared } from "../../install/compile-declared.ts";
import { ScriptRejectedError } from "../../install/script-rejected.ts";
import { planOperation } from "../../plan/plan-operation.ts";
import type { Plan, PlanStep } from "../../plan/plan.ts";
import type { HookDeclaration, InstallScript } from "../../schema/install-script.ts";
import { parseInstallScript } from "../../schema/parse-install-script.ts";
import type { Problem } from "../../schema/problem.ts";
import type { CliContext } from "../cli-context.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { readOptIns } from "../opt-ins.ts";
import { printable } from "../printable.ts";
import { readTextFile, requireFolder } from "../read-text-file.ts";
import type { Colors } from "../terminal.ts";
import { problemLine } from "../validate/problem-lines.ts";

export interface PlanOptions {
  catalog?: string;
  upgrade?: boolean;
  from?: string;
  to?: string;
  optIn?: string[];
  optOut?: string[];
  json?: boolean;
}

/** `tacklebox plan`: which hooks an install or upgrade would run, and why; changes nothing. */
export async function planCommand(
  { terminal }: CliContext,
  file: string,
  options: PlanOptions,
): Promise<ExitCode> {
  if (options.upgrade === true && options.from === undefined) {
    throw new TackleboxError(
      "USAGE",
      "plan --upgrade: --from is missing, expected the version that is installed; pass --from 1.2.3 --to 2.0.0.",
    );
  }
  const text = await readTextFile(file);
  const { script, problems } = parseInstallScript(text, { file });
  if (script === null) throw new ScriptRejectedError(problems);
  if (options.catalog !== undefined) await requireFolder(options.catalog, "the catalog's folder");
  const toVersion = options.to ?? script.metadata?.version ?? script.script?.version;
  const plan = planOperation({
    operation: options.from === undefined ? "install" : "upgrade",
    script,
    ...(options.from === undefined ? {} : { fromVersion: options.from }),
    ...(toVersion === undefined ? {} : { toVersion }),
    optIns: readOptIns("plan", options),
  });
  const inHooks = await compilePlanned({ plan, script, text, file, catalog: options.catalog });
  for (const problem of problems) terminal.say(problemLine(problem, file, terminal.colors));
  for (const warning of plan.warnings) {
    terminal.say(`${terminal.colors.yellow("warning")} ${warning.code} ${printable(warning.text)}`);
  }
  if (options.json === true) terminal.data(JSON.stringify(plan, null, 2));
  else for (const line of planLines(plan, script, terminal.dataColors)) terminal.data(line);
  if (inHooks.length > 0) throw new ScriptRejectedError(inHooks);
  return exitCodes.ok;
}

/** What keeps the hooks that would run from being compiled. */
async function compilePlanned(parts: {
  plan: Plan;
  script: InstallScript;
  text: string;
  file: string;
  catalog: string | undefined;
}): Promise<Problem[]> {
  const catalogRoot = resolve(parts.catalog ?? dirname(parts.file));
  const declaring = { script: parts.text, scriptFile: parts.file, catalogRoot };
  const planned = parts.plan.steps.flatMap((step) =>
    step.kind === "hook" && step.runs ? [step.hookIndex] : [],
  );
  const outcomes = await Promise.all(
    planned.map((index) => compileDeclared(declaring, parts.script.hooks?.[index] as HookDeclaration, index)),
  );
  return outcomes.flatMap((outcome) => (outcome.ok ? [] : outcome.problems));
}

function planLines(plan: Plan, script: InstallScript, colors: Colors): string[] {
  const versions =
    plan.operation === "install"
      ? `Install of version ${plan.toVersion ?? "latest"}`
      : `Upgrade from ${plan.fromVersion ?? "?"} to ${plan.toVersion ?? "latest"}`;
  let position = 0;
  const lines = plan.steps.map((step) => {
    const runs = step.kind === "app" || step.runs;
    if (runs) position += 1;
    const number = runs ? `${position}.` : "-";
    return `${number.padStart(4)} ${stepText(step, script, colors)}`;
  });
  return [printable(versions), ...lines];
}

function stepText(step: PlanStep, script: InstallScript, colors: Colors): string {
  if (step.kind === "app") return `${colors.cyan("app ")} ${step.method} on the NAS`;
  const word = step.runs ? colors.green("run ") : colors.yellow("skip");
  const { description } = script.hooks?.[step.hookIndex] ?? {};
  const title = description === undefined ? "" : ` "${description}"`;
  return `${word} ${printable(`${step.hookId} (${step.event})${title}`)}\n          ${colors.dim(printable(step.reason.text))}`;
}
