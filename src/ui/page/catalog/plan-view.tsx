import { Icon, ToneIcon } from "../icons.tsx";
import type { HookPermissions, PlanProblem, PlanStepView, RequirementView, UserSwitch } from "../views.ts";
import type { Tone } from "../words.ts";

/** What is going to happen, step by step, each hook with why it runs or does not. */
export function PlanSteps({ steps }: { steps: readonly PlanStepView[] }) {
  return (
    <section class="plan-part" aria-labelledby="plan-steps-title">
      <h3 id="plan-steps-title">What happens</h3>
      <ol class="plan-steps">
        {steps.map(({ kind, title, hookId, runs, reason }) => (
          <li key={hookId ?? kind} class={runs ? "plan-step" : "plan-step left-out"}>
            <span class="plan-step-title">
              {title}
              {!runs && <span class="tag">does not run</span>}
            </span>
            {reason !== null && <span class="muted plan-step-reason">{reason}</span>}
          </li>
        ))}
      </ol>
    </section>
  );
}

/** In plain words what each hook may reach; everything else is closed to it. */
export function PlanPermissions({ permissions }: { permissions: readonly HookPermissions[] }) {
  if (permissions.length === 0) return null;
  return (
    <section class="plan-part" aria-labelledby="plan-permissions-title">
      <h3 id="plan-permissions-title">What its hooks may reach</h3>
      <ul class="permissions">
        {permissions.map(({ hookId, mayReach }) => (
          <li key={hookId}>
            <span class="mono">{hookId}</span>
            <ul>
              {mayReach.map(({ rule, what, text }) => (
                <li key={`${rule} ${what}`}>{text}</li>
              ))}
              {mayReach.length === 0 && <li>Nothing outside its sandbox.</li>}
            </ul>
          </li>
        ))}
      </ul>
      <p class="muted">No files, no other programs, and no other address.</p>
    </section>
  );
}

interface PlanSwitchesProps {
  switches: readonly UserSwitch[];
  optIns: Readonly<Record<string, boolean>>;
  onSwitch(hookId: string, on: boolean): void;
}

/** The hooks the user may leave out, with what their author says and links to. */
export function PlanSwitches({ switches, optIns, onSwitch }: PlanSwitchesProps) {
  if (switches.length === 0) return null;
  return (
    <section class="plan-part" aria-label="Options">
      {switches.map(({ hookId, label, description, isOn, link }) => (
        <div class="switch-row" key={hookId}>
          <label class="switch">
            <input
              type="checkbox"
              role="switch"
              checked={optIns[hookId] ?? isOn}
              aria-checked={optIns[hookId] ?? isOn}
              onChange={({ currentTarget }) => onSwitch(hookId, currentTarget.checked)}
            />
            <span class="switch-label">{label}</span>
          </label>
          <p class="muted">
            {description}{" "}
            {link !== null && (
              <a href={link.url} target="_blank" rel="noopener noreferrer">
                {link.label}
                <Icon name="external" />
                <span class="visually-hidden"> (new tab)</span>
              </a>
            )}
          </p>
        </div>
      ))}
    </section>
  );
}

/** What the script asks of the machine, and whether the machine has it. */
export function PlanRequirements({ requirements }: { requirements: readonly RequirementView[] }) {
  if (requirements.length === 0) return null;
  return (
    <section class="plan-part" aria-labelledby="plan-requirements-title">
      <h3 id="plan-requirements-title">What it needs</h3>
      <ul class="requirements">
        {requirements.map(({ what, isMet, text }) => (
          <li key={what} class={`requirement tone-${toneOfNeed(isMet)}`}>
            <ToneIcon tone={toneOfNeed(isMet)} word={isMet === false ? "missing:" : ""} />
            {text}
          </li>
        ))}
      </ul>
    </section>
  );
}

function toneOfNeed(isMet: boolean | null): Tone {
  if (isMet === null) return "idle";
  return isMet ? "done" : "waiting";
}

interface PlanProblemsProps {
  problems: readonly PlanProblem[];
  /** Absent: the problems lead nowhere. */
  onJump?(problem: PlanProblem): void;
}

/** What is wrong with the script, each at its line. */
export function PlanProblems({ problems, onJump }: PlanProblemsProps) {
  if (problems.length === 0) return null;
  return (
    <ul class="problems" aria-label="Problems">
      {problems.map((problem, index) => (
        <li key={index} class={`problem ${problem.severity}`}>
          <Icon name={problem.severity === "error" ? "failed" : "waiting"} />
          <div>
            <p>
              <span class="visually-hidden">{problem.severity}: </span>
              {problem.message}
            </p>
            <p class="muted">
              {typeof problem.line === "number" && onJump !== undefined && (
                <button type="button" class="link" onClick={() => onJump(problem)}>
                  line {problem.line}
                </button>
              )}{" "}
              <span class="mono">{problem.code}</span>
            </p>
          </div>
        </li>
      ))}
    </ul>
  );
}
