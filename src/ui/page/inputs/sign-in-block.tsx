import { api, ask } from "../api.ts";
import { Icon } from "../icons.tsx";
import { now } from "../live/clock.ts";
import { applyView } from "../live/task-store.ts";
import { countdownText } from "../time-text.ts";
import { useWork } from "../use-work.ts";
import type { TaskInput } from "../views.ts";

/** A sign-in at a provider's own page. The server asks the provider whether it was approved; this page only shows it. */
export function SignInBlock({ taskId, input }: { taskId: string; input: TaskInput }) {
  const authorization = input.authorization ?? null;
  const left = authorization?.expiresAt ? Date.parse(authorization.expiresAt) - now.value : null;
  const isOver = left !== null && left <= 0;

  const begin = useWork(async () => {
    const params = { path: { id: taskId, inputId: input.id } };
    applyView(await ask(api.POST("/v1/tasks/{id}/inputs/{inputId}/authorization", { params })));
  });

  return (
    <section
      class={`sign-in-block tone-${input.state === "provided" ? "done" : "waiting"}`}
      aria-label={input.title}
    >
      <h3>{input.title}</h3>
      {input.description !== null && <p class="muted">{input.description}</p>}
      {input.state === "provided" ? (
        <p class="sign-in-done" role="status">
          <Icon name="done" /> Signed in
        </p>
      ) : (
        <>
          <div class="row">
            {authorization !== null && !isOver && (
              <a class="button primary" href={authorization.url} target="_blank" rel="noopener noreferrer">
                Open the sign-in page
                <Icon name="external" />
                <span class="visually-hidden"> (new tab)</span>
              </a>
            )}
            <button
              type="button"
              class={authorization === null || isOver ? "button primary" : "button"}
              disabled={begin.busy}
              onClick={begin.start}
            >
              {authorization === null ? "Start the sign-in" : "Start again"}
            </button>
          </div>
          {authorization !== null && authorization.userCode !== null && !isOver && (
            <p class="user-code">
              <span class="muted">Code to enter there</span>
              <strong class="mono">{authorization.userCode}</strong>
            </p>
          )}
          <p class="muted sign-in-wait">{waitText(authorization !== null, left)}</p>
        </>
      )}
      <p class="field-error" role="alert">
        {input.error}
      </p>
    </section>
  );
}

function waitText(isBegun: boolean, leftMs: number | null): string {
  if (!isBegun) return "The sign-in is being prepared.";
  if (leftMs === null) return "This goes on by itself once you have approved it.";
  if (leftMs <= 0) return "This sign-in has expired. Start it again.";
  return `This goes on by itself once you have approved it. ${countdownText(leftMs)} left.`;
}
