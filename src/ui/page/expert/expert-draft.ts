import { effect, signal } from "@preact/signals";
import type { JsonValue } from "../../../json.ts";
import type { FormAnswers } from "../inputs/answers.ts";
import type { OperationKind } from "../views.ts";

/** What is being written in Expert mode. */
export interface ExpertDraft {
  text: string;
  /** The app's name, and that of the file. */
  fileName: string;
  operation: OperationKind;
  optIns: Readonly<Record<string, boolean>>;
  answers: FormAnswers;
}

const empty: ExpertDraft = { text: "", fileName: "myapp", operation: "install", optIns: {}, answers: {} };

const key = "tacklebox.expert";

/** What is being written; a reload of the tab does not lose it. */
export const draft = signal<ExpertDraft>(pickDraft(sessionStorage.getItem(key)));
effect(() => sessionStorage.setItem(key, JSON.stringify(draft.value)));

/** The draft a browser kept; what does not fit is left out. */
function pickDraft(kept: string | null): ExpertDraft {
  if (kept === null) return empty;
  try {
    const value = JSON.parse(kept) as JsonValue;
    if (typeof value !== "object" || value === null || Array.isArray(value)) return empty;
    const { text, fileName, operation } = value;
    return {
      ...empty,
      text: typeof text === "string" ? text : "",
      fileName: typeof fileName === "string" ? fileName : empty.fileName,
      operation: operation === "upgrade" ? "upgrade" : "install",
    };
  } catch {
    return empty;
  }
}

/** The name as the API takes a file's: plain letters, and `.json`. */
export function toScriptFile(name: string): string {
  const plain = name
    .trim()
    .replaceAll(/[^A-Za-z0-9._-]+/g, "-")
    .slice(0, 90);
  return `${plain === "" ? "pasted" : plain}.json`;
}
