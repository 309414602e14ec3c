import semver from "semver";
import { TackleboxError } from "../errors.ts";

/** A version as conditions are tested with it. */
export interface VersionReading {
  version: string;
  /** True when the text was not strict semver, or carried a packaging suffix that was dropped. */
  coerced: boolean;
}

/** Pre-release tags that mean "before the release"; any other tag, such as `ls12`, is a packager's build number. */
const preReleaseTag =
  /^(alpha|beta|rc|pre|preview|dev|next|canary|nightly|snapshot|milestone|a|b|m)[.-]?\d*([.-]|$)/i;

/**
 * Reads a version as catalogs write them. Strict semver is kept; `v1.42.2-ls12`, `1.42` or `2024.05.01` is coerced
 * to major.minor.patch (a real pre-release tag is kept); null when the text does not begin with a number.
 */
export function readVersion(text: string): VersionReading | null {
  const trimmed = text.trim();
  const strict = /^\d/.test(trimmed) ? semver.parse(trimmed) : null;
  if (
    strict !== null &&
    (strict.prerelease.length === 0 || preReleaseTag.test(strict.prerelease.join(".")))
  ) {
    return { version: strict.version, coerced: trimmed !== text };
  }
  if (!/^[v=\s]*\d/i.test(trimmed)) return null;
  // Semver has no leading zeros, but versions that are dates do.
  const plain = trimmed.replaceAll(/(?<![0-9])0+(?=[0-9])/g, "");
  const kept = semver.coerce(plain, { includePrerelease: true });
  const coerced =
    kept !== null && preReleaseTag.test(kept.prerelease.join(".")) ? kept : semver.coerce(plain);
  return coerced === null ? null : { version: coerced.version, coerced: true };
}

/**
 * Whether a version lies in a semver range. Pre-releases take part like any other version: an app on `2.0.0-rc.1`
 * is below `2.0.0` and above `1.9.0`, which is what an author of a migration means.
 */
export function isInRange(version: string, range: string, hookId: string): boolean {
  if (semver.validRange(range) === null) {
    throw new TackleboxError(
      "SEMVER_RANGE",
      `Hook "${hookId}": condition ${JSON.stringify(range)} is not a semver range; write one such as ">= 2.0.0 < 3".`,
    );
  }
  return semver.satisfies(version, range, { includePrerelease: true });
}
