/**
 * The hook's time. It stands still between completions and shows the time of the last one, so that a replay sees the
 * same times (J7 of the design).
 */
let startedAt = 0;
let now = 0;

/** Sets the beginning of the attempt. */
export function startClock(ms: number): void {
  startedAt = ms;
  now = ms;
}

/** Moves the clock to the time of a completion. */
export function setClock(ms: number): void {
  now = ms;
}

/** Milliseconds since 1970. */
export function readClock(): number {
  return now;
}

/** Milliseconds since 1970 at which the attempt began. */
export function readStart(): number {
  return startedAt;
}
