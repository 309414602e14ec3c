import { useSignal } from "@preact/signals";
import { ApiError } from "../../../client/api-error.ts";
import { api, ask, failureText } from "../api.ts";
import { PlanProblems } from "../catalog/plan-view.tsx";
import { Dialog } from "../dialog.tsx";
import { jumpTo, ScriptEditor } from "../expert/script-editor.tsx";
import { draft } from "../expert/expert-draft.ts";
import { applyView } from "../live/task-store.ts";
import { useWork } from "../use-work.ts";
import type { Hook, PlanProblem } from "../views.ts";

/**
 * Retry from the hook's first line, as its source is now. A script that was pasted lies in no folder where it could be read
 * again: then the user is asked for it.
 */
export function RetryFreshButton({ hook }: { hook: Hook }) {
  const refusal = useSignal<string | null>(null);
  const act = useWork(async () => {
    try {
      await retryFresh(hook.id);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "FRESH_REFUSED") throw error;
      refusal.value = error.message;
    }
  });
  const close = (): void => {
    refusal.value = null;
  };
  return (
    <>
      <button
        type="button"
        class="button"
        disabled={act.busy}
        title="Runs the hook from its first line, as its source is now"
        onClick={act.start}
      >
        Retry fresh
      </button>
      {refusal.value !== null && <FreshScriptDialog hook={hook} refusal={refusal.value} onClose={close} />}
    </>
  );
}

interface FreshScriptDialogProps {
  hook: Hook;
  /** Why it could not be done without a script. */
  refusal: string;
  onClose(): void;
}

function FreshScriptDialog({ hook, refusal, onClose }: FreshScriptDialogProps) {
  const text = useSignal(draft.value.text);
  const problems = useSignal<readonly PlanProblem[]>([]);
  const failure = useSignal(refusal);
  const submit = useWork(async () => {
    try {
      await retryFresh(hook.id, text.value);
      onClose();
    } catch (error) {
      problems.value = problemsOf(error);
      failure.value = failureText(error);
    }
  });
  return (
    <Dialog title="Retry fresh: the script as it is now" onClose={onClose} wide>
      <form onSubmit={submit.start}>
        <ScriptEditor
          text={text.value}
          problems={problems.value}
          onText={(next) => {
            text.value = next;
          }}
          onFile={(file) => {
            const read = async (): Promise<void> => {
              text.value = await file.text();
            };
            void read();
          }}
        />
        <div id="script-state">
          {problems.value.length > 0 ? (
            <PlanProblems problems={problems.value} onJump={jumpTo} />
          ) : (
            <p class="hint tone-waiting" role="status">
              {failure.value}
            </p>
          )}
        </div>
        <div class="dialog-actions">
          <button type="button" class="button" onClick={onClose}>
            Later
          </button>
          <button type="submit" class="button primary" disabled={submit.busy || text.value.trim() === ""}>
            Retry with this script
          </button>
        </div>
      </form>
    </Dialog>
  );
}

async function retryFresh(taskId: string, script?: string): Promise<void> {
  const body = script === undefined ? { fresh: true } : { fresh: true, script };
  applyView(await ask(api.POST("/v1/tasks/{id}/retry", { params: { path: { id: taskId } }, body })));
}

/** What is wrong with the script, at its places. */
function problemsOf(error: unknown): PlanProblem[] {
  if (!(error instanceof ApiError)) return [];
  return (error.problem?.errors ?? []).map(({ code, detail, line, column }) => ({
    severity: "error",
    code,
    message: detail,
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
  }));
}
