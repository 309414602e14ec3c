import { useSignal } from "@preact/signals";
import { Dialog } from "../dialog.tsx";
import { expectationText } from "../time-text.ts";
import type { CatalogEntry, OperationKind, Plan } from "../views.ts";
import { PlanForm } from "./plan-form.tsx";
import type { PlanDraft } from "./plan-draft.ts";
import { usePlan } from "./use-plan.ts";

interface OperationDialogProps {
  entry: CatalogEntry;
  operation: OperationKind;
  onClose(): void;
}

/** What an install or upgrade from the catalog does, before it is begun. */
export function OperationDialog({ entry, operation, onClose }: OperationDialogProps) {
  const draft = useSignal<PlanDraft>({
    source: { catalogScript: entry.script },
    operation,
    appName: "",
    optIns: {},
    answers: {},
  });
  const state = usePlan(draft.value);
  const verb = operation === "install" ? "Install" : "Upgrade";
  return (
    <Dialog title={`${verb} ${entry.title}`} onClose={onClose} wide>
      <p class="muted">
        {versionsText(state.value.plan)}
        {entry.description}
      </p>
      <PlanForm
        draft={draft.value}
        state={state}
        verb={verb}
        onChange={(next) => {
          draft.value = next;
        }}
      />
    </Dialog>
  );
}

function versionsText(plan: Plan | null): string {
  if (plan === null) return "";
  const { fromVersion, toVersion, predictedSeconds } = plan;
  const versions = fromVersion === null ? `Version ${toVersion}. ` : `From ${fromVersion} to ${toVersion}. `;
  const usual = predictedSeconds === null ? "" : `It usually takes ${expectationText(predictedSeconds)}. `;
  return `${toVersion === null ? "" : versions}${usual}`;
}
