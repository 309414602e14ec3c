import { now } from "../live/clock.ts";
import { durationText, expectationText, tookText } from "../time-text.ts";

interface ElapsedProps {
  /** Since when it has been running; null: it is not running now. */
  runningSince: string | null;
  /** What it has used so far, in milliseconds, when it is not running. */
  usedMs: number;
  predictedSeconds: number | null;
  /** What the time means once it is over. */
  word: string;
}

/** How long it has taken so far, and how long it usually takes. */
export function Elapsed({ runningSince, usedMs, predictedSeconds, word }: ElapsedProps) {
  const usual = predictedSeconds === null ? "" : `usually ${expectationText(predictedSeconds)}`;
  return (
    <p class="elapsed">
      <span class="elapsed-time">
        {runningSince === null ? tookText(usedMs) : durationText(now.value - Date.parse(runningSince))}
      </span>
      <span class="muted">{runningSince === null ? word : usual}</span>
    </p>
  );
}
