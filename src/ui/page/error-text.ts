import type { TaskError } from "./views.ts";

/** An error as lines of text, for a bug report. */
export function errorText({ code, title, detail, context, source }: TaskError): string {
  const place =
    source === null ? [] : [`${source.file}:${source.line}:${source.column} | ${source.snippet ?? ""}`];
  const facts = context.map(
    ({ label, value }) => `${label}: ${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return [`${code}: ${title}`, ...(detail === title ? [] : [detail]), ...facts, ...place].join("\n");
}
