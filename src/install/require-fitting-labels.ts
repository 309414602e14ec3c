import { TackleboxError } from "../errors.ts";
import { isJsonObject } from "../json.ts";
import { checkLabels, type LabelKind } from "../schema/label-rules.ts";

/** Refuses labels and annotations of a request that do not fit, all problems at once, with `LABEL_INVALID`. */
export function requireFittingLabels(request: Partial<Record<LabelKind, unknown>>): void {
  const problems = (["labels", "annotations"] satisfies LabelKind[]).flatMap((kind) => {
    const set = request[kind];
    if (set === undefined) return [];
    if (!isJsonObject(set))
      return [`${kind} of the request: found no object, expected names with texts; write {"name": "text"}.`];
    return checkLabels(kind, set).map(
      ({ name, message }) =>
        `${kind}${name === null ? "" : ` ${JSON.stringify(name.slice(0, 60))}`} of the request: ${message}`,
    );
  });
  if (problems.length > 0) throw new TackleboxError("LABEL_INVALID", problems.join("\n"));
}
