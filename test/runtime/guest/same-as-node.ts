import { valueOf, type GuestOptions } from "./harness.ts";

/** Defined on both sides: how a snippet's result is made comparable. */
const prelude = `
const show = (value) => {
  if (value === undefined) return "<undefined>";
  if (typeof value === "bigint") return String(value) + "n";
  if (typeof value === "number" && !Number.isFinite(value)) return "<" + value + ">";
  if (Object.is(value, -0)) return "<-0>";
  if (typeof value === "function") return "<function>";
  if (typeof value === "symbol") return value.toString();
  if (value === null || typeof value !== "object") return value;
  if (value instanceof Uint8Array) return { bytes: [...value] };
  if (value instanceof ArrayBuffer) return { buffer: [...new Uint8Array(value)] };
  if (value instanceof Date) return { date: value.getTime() };
  if (value instanceof RegExp) return { regexp: String(value) };
  if (value instanceof Map) return { map: [...value].map(show) };
  if (value instanceof Set) return { set: [...value].map(show) };
  if (value instanceof Error) return { error: value.name, message: value.message, code: show(value.code) };
  if (Array.isArray(value)) return value.map(show);
  if (Object.getPrototypeOf(value) !== Object.prototype) return Object.prototype.toString.call(value) + " " + String(value.constructor?.name);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, show(item)]));
};
const attempt = async (make) => {
  try { return { value: show(await make()) }; }
  catch (error) { return { threw: show(error), isError: error instanceof Error, class: error?.constructor?.name }; }
};
const loosely = async (make) => {
  try { return { value: show(await make()) }; }
  catch (error) { return { threw: error.name, isError: error instanceof Error, class: error?.constructor?.name }; }
};
`;

const AsyncFunction = (async () => {}).constructor as new (body: string) => () => Promise<unknown>;

/** Results of each expression, run in Node itself. */
export function inNode(expressions: string[]): Promise<unknown> {
  return new AsyncFunction(`${prelude}${toBody(expressions)}`)();
}

/** Results of each expression, run in the guest. */
export function inGuest(expressions: string[], options?: GuestOptions): Promise<unknown> {
  return valueOf(`${prelude}${toBody(expressions)}`, options);
}

/** An expression marked `~` need not throw the same words, only the same class. */
function toBody(expressions: string[]): string {
  const parts = expressions.map((text) =>
    text.startsWith("~")
      ? `await loosely(async () => (${text.slice(1)}))`
      : `await attempt(async () => (${text}))`,
  );
  return `return JSON.parse(JSON.stringify([${parts.join(",\n")}]));`;
}

/** Both results, each beside its expression. */
export async function runBoth(
  expressions: string[],
): Promise<{ node: [string, unknown][]; guest: [string, unknown][] }> {
  const [node, guest] = (await Promise.all([inNode(expressions), inGuest(expressions)])) as [
    unknown[],
    unknown[],
  ];
  const beside = (results: unknown[]): [string, unknown][] =>
    expressions.map((expression, index) => [expression, results[index]]);
  return { node: beside(node), guest: beside(guest) };
}
