import { useSignal, type Signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, ask } from "../api.ts";
import { applyView } from "../live/task-store.ts";
import { changeQuery } from "../navigation.ts";
import { useWork } from "../use-work.ts";
import type { Hook, Task } from "../views.ts";

/** Opens the dialog of a task by itself, once it asks for what was to be changed; set it to true to have that. */
export function useDialogOnceAsking({ id, status }: Task): Signal<boolean> {
  const isWanted = useSignal(false);
  const isAsking = status === "AWAITING_INPUT";
  useEffect(() => {
    if (!isWanted.value || !isAsking) return;
    isWanted.value = false;
    changeQuery({ dialog: id });
  }, [isAsking]);
  return isWanted;
}

/** Retry with other answers, or another sign-in: what was mistyped need not be installed anew. */
export function ChangeInputButtons({ hook, isWanted }: { hook: Hook; isWanted: Signal<boolean> }) {
  const idsOf = (type: string): string[] =>
    hook.actions.flatMap((action) =>
      action.name === "change_input" && action.type === type && action.inputId !== undefined
        ? [action.inputId]
        : [],
    );
  const begin = async (changeInputs: string[]): Promise<void> => {
    const params = { path: { id: hook.id } };
    // Before the answer: what is asked then may be heard of first.
    isWanted.value = true;
    try {
      applyView(await ask(api.POST("/v1/tasks/{id}/retry", { params, body: { changeInputs } })));
    } catch (error) {
      isWanted.value = false;
      throw error;
    }
  };
  const questions = idsOf("question");
  const signIns = idsOf("oauth");
  return (
    <>
      {questions.length > 0 && (
        <ChangeButton
          label="Change answers"
          title="Asks the hook's questions again, then runs it from its first line"
          begin={() => begin(questions)}
        />
      )}
      {signIns.length > 0 && (
        <ChangeButton
          label="Sign in again"
          title="Begins the sign-in anew, then runs the hook from its first line"
          begin={() => begin(signIns)}
        />
      )}
    </>
  );
}

interface ChangeButtonProps {
  label: string;
  title: string;
  begin(): Promise<void>;
}

function ChangeButton({ label, title, begin }: ChangeButtonProps) {
  const act = useWork(begin);
  return (
    <button type="button" class="button" disabled={act.busy} title={title} onClick={act.start}>
      {label}
    </button>
  );
}
