import { signal } from "@preact/signals";
import { Icon } from "./icons.tsx";
import type { Tone } from "./words.ts";

interface Notice {
  id: number;
  text: string;
  tone: Tone;
}

const notices = signal<readonly Notice[]>([]);
const announcement = signal("");
let lastId = 0;

/** Shows a sentence at the edge of the page for a while. */
export function say(text: string, tone: Tone): void {
  lastId += 1;
  const notice = { id: lastId, text, tone };
  notices.value = [...notices.value.slice(-2), notice];
  setTimeout(() => drop(notice.id), tone === "failed" ? 12_000 : 5000);
}

/** Has a screen reader say something when it is done with what it says now. */
export function announce(text: string): void {
  announcement.value = text;
}

function drop(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}

/** What was said lately, and the line only screen readers hear. */
export function Notices() {
  return (
    <>
      <div class="notices" role="alert">
        {notices.value.map(({ id, text, tone }) => (
          <div class={`notice tone-${tone}`} key={id}>
            <Icon name={tone} />
            <p>{text}</p>
            <button
              type="button"
              class="icon-button"
              aria-label="Close this message"
              onClick={() => drop(id)}
            >
              <Icon name="close" />
            </button>
          </div>
        ))}
      </div>
      <p class="visually-hidden" role="status" aria-live="polite">
        {announcement.value}
      </p>
    </>
  );
}
