import { readClock } from "./clock-reading.ts";
import { formatLine } from "./format-line.ts";
import { formatValue } from "./format-value.ts";
import { postLog, type LogLevel } from "./log.ts";
import { defineValue } from "./primordials.ts";

/** `console`: each call is a line of the task's log. */
export function installConsole(global: typeof globalThis): void {
  const counts = new Map<string, number>();
  const timers = new Map<string, number>();
  const label = (given: unknown): string => (given === undefined ? "default" : formatValue(given));
  let indent = "";

  const write = (level: LogLevel, values: unknown[]): void => postLog(level, indent + formatLine(values));
  const writer =
    (level: LogLevel) =>
    (...values: unknown[]): void =>
      write(level, values);
  const openGroup = (...values: unknown[]): void => {
    if (values.length > 0) write("info", values);
    if (indent.length < 40) indent += "  ";
  };
  const elapsed = (name: string): string => `${name}: ${readClock() - (timers.get(name) ?? readClock())}ms`;

  const methods = {
    log: writer("info"),
    info: writer("info"),
    warn: writer("warn"),
    error: writer("error"),
    debug: writer("debug"),
    trace: (...values: unknown[]) => write("debug", ["Trace:", ...values]),
    dir: (value?: unknown) => write("info", [value]),
    dirxml: writer("info"),
    table: (value?: unknown) => write("info", [value]),
    assert: (condition?: unknown, ...values: unknown[]) => {
      if (!condition) write("error", ["Assertion failed", ...values]);
    },
    group: openGroup,
    groupCollapsed: openGroup,
    groupEnd: () => {
      indent = indent.slice(2);
    },
    count: (given?: unknown) => {
      const count = (counts.get(label(given)) ?? 0) + 1;
      counts.set(label(given), count);
      write("info", [`${label(given)}: ${count}`]);
    },
    countReset: (given?: unknown) => void counts.delete(label(given)),
    time: (given?: unknown) => void timers.set(label(given), readClock()),
    timeLog: (given?: unknown, ...values: unknown[]) => write("info", [elapsed(label(given)), ...values]),
    timeEnd: (given?: unknown) => {
      write("info", [elapsed(label(given))]);
      timers.delete(label(given));
    },
  };
  defineValue(global, "console", methods, false);
}
