/** Smallest difference that counts; a clock that is slewed moves by less between two looks. */
const toleratedMs = 500;

/** Tells by how many milliseconds the wall clock was set since the last call; negative: back, 0: it was not. */
export function createWallClockWatch(
  wall: () => number = () => Date.now(),
  monotonic: () => number = () => performance.now(),
): () => number {
  let offset = wall() - monotonic();
  return () => {
    const byMs = wall() - monotonic() - offset;
    offset += byMs;
    return Math.abs(byMs) > toleratedMs ? byMs : 0;
  };
}
