import type { JsonValue } from "../json.ts";
import { showValue } from "./describe-place.ts";

/** Labels are short, to find tasks by; annotations hold whatever else is to be kept with one. */
export type LabelKind = "labels" | "annotations";

/** What a set of labels or annotations may be; the same for a hook's declaration and for a request. */
export const labelLimits = {
  labels: 32,
  labelCharacters: 200,
  annotations: 32,
  annotationCharacters: 4096,
  nameCharacters: 100,
} as const;

export interface LabelProblem {
  /** The entry; null for the set as a whole. */
  name: string | null;
  /** What was found, what was expected, what to do. */
  message: string;
}

/** Everything that is wrong with the entries of a set. */
export function checkLabels(kind: LabelKind, set: Readonly<Record<string, unknown>>): LabelProblem[] {
  const entries = Object.entries(set);
  const most = labelLimits[kind];
  const tooMany =
    entries.length > most
      ? [
          {
            name: null,
            message: `found ${entries.length} ${kind}, expected at most ${most}; leave some out.`,
          },
        ]
      : [];
  return [
    ...tooMany,
    ...entries.flatMap(([name, value]) =>
      [nameProblem(name), valueProblem(kind, value)].flatMap((message) =>
        message === null ? [] : [{ name, message }],
      ),
    ),
  ];
}

/** A name holds no ":", so that "name:value" can be read in one way. */
function nameProblem(name: string): string | null {
  if (name.length <= labelLimits.nameCharacters && /^[a-z\d][a-z\d._/-]*$/i.test(name)) return null;
  return (
    `found the name ${showValue(name)}, expected 1 to ${labelLimits.nameCharacters} letters, digits, dots, dashes, ` +
    "underscores and slashes, a letter or digit first; choose such a name."
  );
}

function valueProblem(kind: LabelKind, value: unknown): string | null {
  if (typeof value !== "string")
    return `found ${showValue(value as JsonValue)}, expected a text; put it in quotes.`;
  const most = kind === "labels" ? labelLimits.labelCharacters : labelLimits.annotationCharacters;
  if (value.length > most)
    return `found a text of ${value.length} characters, expected at most ${most}; make it shorter.`;
  if (kind === "labels" && /\p{Cc}/u.test(value))
    return `found ${showValue(value)}, expected one line of text; take the control characters out.`;
  return null;
}
