import { readClock, readStart } from "./clock-reading.ts";
import {
  defineValue,
  NativeDate,
  NativeWeakMap,
  ObjectDefineProperty,
  ObjectGetOwnPropertyDescriptor,
  ReflectConstruct,
  unbind,
  WeakMapGet,
  WeakMapSet,
} from "./primordials.ts";

/**
 * Every way to ask for the time, answered by the hook's clock: `Date`, `performance`, `Temporal.Now` and the `Intl`
 * formatters. The time zone is UTC everywhere: the sandbox process is started with `TZ=UTC`.
 */
export function installClock(global: typeof globalThis): void {
  installDate(global);
  installTemporalNow(global);
  installDateTimeFormat();
  defineValue(global, "performance", createPerformance(), true);
}

function installDate(global: typeof globalThis): void {
  const toText = unbind(NativeDate.prototype.toString);
  function HookDate(...parts: unknown[]): unknown {
    if (new.target === undefined) return toText(new NativeDate(readClock()));
    if (parts.length === 0) parts = [readClock()];
    return ReflectConstruct(NativeDate, parts, new.target);
  }
  defineValue(HookDate, "name", "Date", false);
  defineValue(HookDate, "length", 7, false);
  defineValue(HookDate, "now", () => readClock(), false);
  defineValue(HookDate, "parse", NativeDate.parse, false);
  defineValue(HookDate, "UTC", NativeDate.UTC, false);
  ObjectDefineProperty(HookDate, "prototype", { value: NativeDate.prototype, writable: false });
  defineValue(NativeDate.prototype, "constructor", HookDate, false);
  defineValue(global, "Date", HookDate, false);
}

function createPerformance(): object {
  const performance = {
    now: () => readClock() - readStart(),
    get timeOrigin(): number {
      return readStart();
    },
    toJSON: () => ({ timeOrigin: readStart() }),
  };
  ObjectDefineProperty(performance, Symbol.toStringTag, { value: "Performance", configurable: true });
  return performance;
}

type Zone = Temporal.TimeZoneLike;

function installTemporalNow(global: typeof globalThis): void {
  if (global.Temporal === undefined) return;
  const { Instant, Now } = global.Temporal;
  const fromMs = Instant.fromEpochMilliseconds.bind(Instant);
  const toZoned = unbind(Instant.prototype.toZonedDateTimeISO);
  const zonedPrototype = global.Temporal.ZonedDateTime.prototype;
  const toDateTime = unbind(zonedPrototype.toPlainDateTime);
  const toDate = unbind(zonedPrototype.toPlainDate);
  const toTime = unbind(zonedPrototype.toPlainTime);
  const zoned = (zone: Zone = "UTC"): Temporal.ZonedDateTime => toZoned(fromMs(readClock()), zone);
  defineValue(Now, "instant", () => fromMs(readClock()), false);
  defineValue(Now, "timeZoneId", () => "UTC", false);
  defineValue(Now, "zonedDateTimeISO", (zone?: Zone) => zoned(zone), false);
  defineValue(Now, "plainDateTimeISO", (zone?: Zone) => toDateTime(zoned(zone)), false);
  defineValue(Now, "plainDateISO", (zone?: Zone) => toDate(zoned(zone)), false);
  defineValue(Now, "plainTimeISO", (zone?: Zone) => toTime(zoned(zone)), false);
}

type Format = (date?: unknown) => string;

/** `format()` and `formatToParts()` without a date show the present time. */
function installDateTimeFormat(): void {
  const { prototype } = Intl.DateTimeFormat;
  const formatGetter = ObjectGetOwnPropertyDescriptor(prototype, "format")?.get as (
    this: Intl.DateTimeFormat,
  ) => Format;
  const nativeFormat = unbind(formatGetter);
  const nativeToParts = unbind(prototype.formatToParts as (date?: unknown) => Intl.DateTimeFormatPart[]);
  const bound = new NativeWeakMap<object, Format>();
  ObjectDefineProperty(prototype, "format", {
    get(this: Intl.DateTimeFormat): Format {
      const native = nativeFormat(this);
      let format = WeakMapGet(bound, native);
      if (format === undefined) {
        format = (date) => native(date === undefined ? readClock() : date);
        WeakMapSet(bound, native, format);
      }
      return format;
    },
    configurable: true,
  });
  const toParts = {
    formatToParts(this: Intl.DateTimeFormat, date?: unknown): Intl.DateTimeFormatPart[] {
      return nativeToParts(this, date === undefined ? readClock() : date);
    },
  };
  defineValue(prototype, "formatToParts", toParts.formatToParts, false);
}
