/**
 * Of the offered media types the one that `Accept` names with the most weight (RFC 9110), the first named of several; the
 * first offered when it names none of them. Ranges with a star take whatever is given, so they choose nothing.
 */
export function preferredType<T extends string>(
  accept: string | undefined,
  offered: readonly [T, ...T[]],
): T {
  let best: { type: T; weight: number } | null = null;
  for (const range of (accept ?? "").split(",")) {
    const [name = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    const type = offered.find((one) => one === name);
    const weight = weightOf(parameters);
    if (type !== undefined && weight > (best?.weight ?? 0)) best = { type, weight };
  }
  return best?.type ?? offered[0];
}

function weightOf(parameters: readonly string[]): number {
  const given = parameters.find((parameter) => /^q\s*=/.test(parameter));
  return given === undefined ? 1 : Number(given.slice(given.indexOf("=") + 1)) || 0;
}
