import { useRef } from "preact/hooks";
import { PlanForm } from "../catalog/plan-form.tsx";
import type { PlanDraft } from "../catalog/plan-draft.ts";
import { usePlan, type PlanState } from "../catalog/use-plan.ts";
import { Icon } from "../icons.tsx";
import type { OperationKind } from "../views.ts";
import { jumpTo, ScriptEditor } from "./script-editor.tsx";
import { draft, toScriptFile, type ExpertDraft } from "./expert-draft.ts";

function change(changes: Partial<ExpertDraft>): void {
  draft.value = { ...draft.value, ...changes };
}

/** Expert mode: an install script of one's own, with its problems while it is typed, run at once. */
export function ExpertView() {
  const { text, fileName, operation, optIns, answers } = draft.value;
  const planned: PlanDraft | null =
    text.trim() === ""
      ? null
      : {
          source: { script: text, scriptFile: toScriptFile(fileName) },
          operation,
          appName: "",
          optIns,
          answers,
        };
  const state = usePlan(planned);
  const problems = planned === null ? [] : (state.value.plan?.problems ?? []);
  return (
    <section class="view expert" aria-labelledby="expert-title">
      <div class="pane-head">
        <h1 id="expert-title">Expert mode</h1>
        <FileButton />
      </div>
      <div class="expert-panes">
        <div class="expert-script">
          <ExpertFields />
          <ScriptEditor
            text={text}
            problems={problems}
            onText={(next) => change({ text: next })}
            onFile={readFile}
          />
        </div>
        <div class="expert-plan">
          <p class="script-state" id="script-state" role="status">
            {stateText(planned, state.value)}
          </p>
          {planned !== null && (
            <PlanForm
              draft={planned}
              state={state}
              verb={operation === "install" ? "Run the install" : "Run the upgrade"}
              onChange={({ optIns: switched, answers: given }) =>
                change({ optIns: switched, answers: given })
              }
              onJump={jumpTo}
            />
          )}
        </div>
      </div>
    </section>
  );
}

function ExpertFields() {
  const { fileName, operation } = draft.value;
  return (
    <div class="expert-fields">
      <label class="inline-field">
        <span>App</span>
        <input
          value={fileName}
          spellcheck={false}
          autocomplete="off"
          onInput={({ currentTarget }) => change({ fileName: currentTarget.value })}
        />
      </label>
      <label class="inline-field">
        <span>Operation</span>
        <select
          value={operation}
          onChange={({ currentTarget }) =>
            change({ operation: currentTarget.value === "upgrade" ? "upgrade" : "install" })
          }
        >
          {(["install", "upgrade"] satisfies OperationKind[]).map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

function FileButton() {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        accept=".json,application/json"
        hidden
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          if (file !== undefined) readFile(file);
          // The same file, once it was edited, is chosen again.
          currentTarget.value = "";
        }}
      />
      <button type="button" class="button small" onClick={() => input.current?.click()}>
        <Icon name="upload" />
        Open a file
      </button>
    </>
  );
}

function readFile(file: File): void {
  void file.text().then((text) => change({ text, fileName: file.name.replace(/\.json$/, "") }));
}

function stateText(planned: PlanDraft | null, { plan, pending }: PlanState): string {
  if (planned === null) return "Paste, type or drop an install script to see what it would do.";
  if (plan === null) return pending ? "Checking" : "";
  const errors = plan.problems.filter(({ severity }) => severity === "error").length;
  const warnings = plan.problems.length - errors;
  const counted = [countText(errors, "error"), countText(warnings, "warning")].filter((text) => text !== "");
  return counted.length === 0 ? "No problems." : `${counted.join(", ")}.`;
}

function countText(count: number, word: string): string {
  if (count === 0) return "";
  return count === 1 ? `1 ${word}` : `${count} ${word}s`;
}
