import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { PlanProblem } from "../views.ts";

interface ScriptEditorProps {
  text: string;
  problems: readonly PlanProblem[];
  onText(text: string): void;
  /** A file was dropped or chosen. */
  onFile(file: File): void;
}

/** Where an install script is typed, pasted or dropped. Lines with problems are marked beside it. */
export function ScriptEditor({ text, problems, onText, onFile }: ScriptEditorProps) {
  const isOver = useSignal(false);
  const gutter = useRef<HTMLDivElement>(null);
  const marks = markedLines(problems);
  const count = text.split("\n").length;
  return (
    <div
      class={isOver.value ? "editor is-over" : "editor"}
      onDragOver={(event) => {
        event.preventDefault();
        isOver.value = true;
      }}
      onDragLeave={() => {
        isOver.value = false;
      }}
      onDrop={(event) => {
        event.preventDefault();
        isOver.value = false;
        const file = event.dataTransfer?.files[0];
        if (file !== undefined) onFile(file);
      }}
    >
      <div class="editor-gutter mono" ref={gutter} aria-hidden="true">
        {Array.from({ length: count }, (_, index) => (
          <span key={index} class={`editor-line ${marks.get(index + 1) ?? ""}`}>
            {index + 1}
          </span>
        ))}
      </div>
      <textarea
        id="script-text"
        class="editor-text mono"
        wrap="off"
        spellcheck={false}
        autocapitalize="off"
        autocomplete="off"
        aria-label="Install script"
        aria-describedby="script-state"
        aria-invalid={problems.some(({ severity }) => severity === "error")}
        placeholder={'Paste, type or drop an install script:\n\n{\n  "version": 5,\n  "hooks": [ ... ]\n}'}
        value={text}
        onInput={({ currentTarget }) => onText(currentTarget.value)}
        onScroll={({ currentTarget }) => {
          if (gutter.current !== null) gutter.current.scrollTop = currentTarget.scrollTop;
        }}
      />
    </div>
  );
}

/** Puts the caret at a problem and shows its line. */
export function jumpTo({ line, column }: PlanProblem): void {
  const area = document.querySelector<HTMLTextAreaElement>("#script-text");
  if (area === null || typeof line !== "number") return;
  const before = area.value.split("\n").slice(0, line - 1);
  const start = before.reduce((sum, text) => sum + text.length + 1, 0) + Math.max(0, (column ?? 1) - 1);
  area.focus();
  area.setSelectionRange(start, start);
  const height = Number.parseFloat(getComputedStyle(area).lineHeight);
  area.scrollTop = Math.max(0, (line - 4) * height);
}

function markedLines(problems: readonly PlanProblem[]): Map<number, string> {
  const marks = new Map<number, string>();
  for (const { line, severity } of problems) {
    if (typeof line === "number" && marks.get(line) !== "error") marks.set(line, severity);
  }
  return marks;
}
