import { useSignal } from "@preact/signals";
import { Fragment, type ComponentChildren } from "preact";
import { Dialog } from "../dialog.tsx";
import { carryOut, type CommandName } from "../live/actions.ts";
import { changeQuery, open } from "../navigation.ts";
import { announce } from "../notices.tsx";
import { useWork } from "../use-work.ts";
import type { Action, Task } from "../views.ts";
import { ChangeInputButtons, useDialogOnceAsking } from "./change-inputs.tsx";
import { RetryFreshButton } from "./retry-fresh.tsx";

/** A button for an action the server offers; an action of a name unknown here has none. */
interface ActionLook {
  label: string;
  /** How much it stands out. */
  kind: "primary" | "plain" | "quiet";
  /** A question before it is done. */
  confirm?: { question: string; yes: string };
}

const looks: Readonly<Record<CommandName | "submit_input", ActionLook>> = {
  submit_input: { label: "Answer", kind: "primary" },
  retry: { label: "Retry", kind: "primary" },
  skip: { label: "Skip", kind: "plain" },
  rerun: { label: "Run again", kind: "plain" },
  dismiss: { label: "Dismiss", kind: "quiet" },
  cancel: {
    label: "Cancel",
    kind: "quiet",
    confirm: {
      question: "What has been done so far stays as it is. Nothing further will be done.",
      yes: "Cancel it",
    },
  },
};
const order = Object.keys(looks) as (keyof typeof looks)[];

/** The buttons of a task, exactly those the server offers. The row is there also when it is empty: nothing jumps. */
export function ActionButtons({ task, children }: { task: Task; children?: ComponentChildren }) {
  const names = namesOf(task.actions);
  const isWanted = useDialogOnceAsking(task);
  return (
    <div class="actions">
      {names.map((name) => (
        <Fragment key={name}>
          <ActionButton task={task} name={name} />
          {name === "retry" && task.kind === "hook" && (
            <>
              <RetryFreshButton hook={task} />
              <ChangeInputButtons hook={task} isWanted={isWanted} />
            </>
          )}
        </Fragment>
      ))}
      {names.length === 0 && <span class="muted">{children}</span>}
    </div>
  );
}

/** Several inputs make one button: they are answered in one dialog. */
function namesOf(actions: readonly Action[]): (keyof typeof looks)[] {
  const names = new Set<string>(actions.map(({ name }) => name));
  return order.filter((name) => names.has(name));
}

function ActionButton({ task, name }: { task: Task; name: keyof typeof looks }) {
  const asking = useSignal(false);
  const act = useWork(async () => {
    asking.value = false;
    await runAction(task, name);
  });
  const look = looks[name];
  const press = (): void => {
    if (look.confirm === undefined) act.start();
    else asking.value = true;
  };
  return (
    <>
      <button type="button" class={`button ${look.kind}`} disabled={act.busy} onClick={press}>
        {look.label}
      </button>
      {asking.value && look.confirm !== undefined && (
        <Dialog
          title={`${look.label}: ${task.title}?`}
          onClose={() => {
            asking.value = false;
          }}
        >
          <p>{look.confirm.question}</p>
          <div class="dialog-actions">
            <button
              type="button"
              class="button"
              onClick={() => {
                asking.value = false;
              }}
            >
              Keep it
            </button>
            <button type="button" class="button danger" onClick={act.start}>
              {look.confirm.yes}
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}

async function runAction(task: Task, name: keyof typeof looks): Promise<void> {
  if (name === "submit_input") {
    changeQuery({ dialog: task.id });
    return;
  }
  const answer = await carryOut(task.id, name);
  if (answer === null) return;
  if (name === "rerun")
    open({ view: "tasks", id: answer.kind === "hook" ? answer.parentId : answer.id, query: {} });
  if (name === "dismiss") {
    announce(`${task.title}: dismissed.`);
    open({ view: "tasks", id: null, query: {} });
  }
}
