import { useSignal, type Signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, ask, failureText } from "../api.ts";
import type { Plan } from "../views.ts";
import { toPlanBody, type PlanDraft } from "./plan-draft.ts";

/** A plan as far as it is known. */
export interface PlanState {
  plan: Plan | null;
  /** The draft has changed since, and its plan is on the way. */
  pending: boolean;
  failure: string;
}

const typingMs = 300;

/** Asks for the plan of a draft, again a moment after each change of it; null: there is nothing to plan yet. */
export function usePlan(draft: PlanDraft | null): Signal<PlanState> {
  const state = useSignal<PlanState>({ plan: null, pending: false, failure: "" });
  const body = draft === null ? null : JSON.stringify(toPlanBody(draft));
  useEffect(() => {
    if (body === null) {
      state.value = { plan: null, pending: false, failure: "" };
      return undefined;
    }
    const stopping = new AbortController();
    state.value = { ...state.value, pending: true };
    const wait = state.value.plan === null ? 0 : typingMs;
    const timer = setTimeout(() => void makePlan(body, state, stopping.signal), wait);
    return () => {
      clearTimeout(timer);
      stopping.abort();
    };
  }, [body]);
  return state;
}

async function makePlan(body: string, state: Signal<PlanState>, stopping: AbortSignal): Promise<void> {
  try {
    const plan = await ask(
      api.POST("/v1/plans", { body: JSON.parse(body) as ReturnType<typeof toPlanBody>, signal: stopping }),
    );
    if (!stopping.aborted) state.value = { plan, pending: false, failure: "" };
  } catch (error) {
    if (stopping.aborted) return;
    state.value = { plan: null, pending: false, failure: failureText(error) };
  }
}
