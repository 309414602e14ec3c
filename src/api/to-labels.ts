import type { TaskFilter } from "../feed/task-summary.ts";

/** `["team:media"]` as the wanted labels of a filter. */
export function toLabels(given: readonly string[] | undefined): Pick<TaskFilter, "labels"> {
  if (given === undefined) return {};
  return {
    labels: Object.fromEntries(
      given.map((text) => {
        const colon = text.indexOf(":");
        return [text.slice(0, colon), text.slice(colon + 1)];
      }),
    ),
  };
}
