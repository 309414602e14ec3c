/**
 * A point in time as the journal keeps it: by the wall clock, which may be set, and by the machine's steady one, which
 * goes on evenly from one boot to the next.
 */
export interface Moment {
  /** Wall time in milliseconds since 1970. */
  at: number;
  /** Absent where the machine has no steady clock that processes share, and in older journals. */
  steady?: SteadyReading;
}

export interface SteadyReading {
  /** Names the boot within which readings can be compared. */
  boot: string;
  ms: number;
}

/**
 * Milliseconds from one moment to a later one; never negative. By the steady clock within one boot of a machine, by the
 * wall clock otherwise.
 */
export function elapsedBetween(from: Moment, to: Moment): number {
  const steadyMs = from.steady?.boot === to.steady?.boot ? steadyDifference(from, to) : null;
  return steadyMs ?? Math.max(0, to.at - from.at);
}

/** Null also when it went back, as in a machine restored from a snapshot. */
function steadyDifference(from: Moment, to: Moment): number | null {
  if (from.steady === undefined || to.steady === undefined || to.steady.ms < from.steady.ms) return null;
  return to.steady.ms - from.steady.ms;
}
