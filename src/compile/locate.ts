import { originalPositionFor, sourceContentFor, TraceMap } from "@jridgewell/trace-mapping";
import type { Bundle, SourceLocation } from "./bundle.ts";
import { locateInline } from "./inline-position.ts";
import { lineText } from "./text-position.ts";

/*
 * Stack texts come out of the sandbox and may be anything: a hook can give an error any stack it likes. They are
 * read line by line, up to fixed sizes, without backtracking; the worst they can do is name another line of
 * the hook's own sources.
 */

const maxStackLength = 64 * 1024;
const maxStackLines = 200;
const maxLineLength = 1000;
const maxSnippetLength = 200;
const maxRewrittenLength = 8 * 1024;

/** One line of a stack that lies in the bundle. */
interface Frame {
  /** What V8 says before the place, such as `async setup`; empty for code without a name. */
  caller: string;
  line: number;
  column: number;
}

const maps = new WeakMap<Bundle, TraceMap | null>();

/**
 * The author's own line for a V8 stack text made inside the isolate: the first frame of the bundle that stands
 * for a line of the sources. Null when there is none. `bundleFileName` is the name the bundle was run under.
 */
export function locateStack(bundle: Bundle, stack: string, bundleFileName: string): SourceLocation | null {
  for (const line of stackLines(stack)) {
    const frame = parseFrame(line, bundleFileName);
    const location = frame && locateFrame(bundle, frame);
    if (location) return location;
  }
  return null;
}

/** The stack as the author knows it: frames at their places in the sources, those of other code left out. */
export function rewriteStack(bundle: Bundle, stack: string, bundleFileName: string): string {
  const rewritten: string[] = [];
  for (const line of stackLines(stack)) {
    if (!isFrame(line)) {
      rewritten.push(line.slice(0, maxLineLength));
      continue;
    }
    const frame = parseFrame(line, bundleFileName);
    const location = frame && locateFrame(bundle, frame);
    if (frame === null || location === null) continue;
    const place = describe(location);
    rewritten.push(frame.caller === "" ? `    at ${place}` : `    at ${frame.caller} (${place})`);
  }
  return rewritten.join("\n").slice(0, maxRewrittenLength);
}

function stackLines(stack: string): string[] {
  return stack.slice(0, maxStackLength).split("\n", maxStackLines);
}

function isFrame(line: string): boolean {
  return line.trimStart().startsWith("at ");
}

/** Reads `    at caller (file:line:column)` and `    at file:line:column`. */
function parseFrame(line: string, fileName: string): Frame | null {
  if (!isFrame(line) || line.length > maxLineLength) return null;
  const text = line.trim().slice("at ".length);
  const start = text.lastIndexOf(`${fileName}:`);
  if (start < 0) return null;
  const before = text.slice(0, start);
  if (before !== "" && before !== "async " && !before.endsWith("(")) return null;
  const place = /^(\d{1,9}):(\d{1,9})\)?$/.exec(text.slice(start + fileName.length + 1));
  if (place === null) return null;
  const caller = before.replace(/\($/, "").trim();
  return {
    caller: caller === "async" ? "" : caller.slice(0, 100),
    line: Number(place[1]),
    column: Number(place[2]),
  };
}

function locateFrame(bundle: Bundle, frame: Frame): SourceLocation | null {
  const map = mapOf(bundle);
  if (map === null || frame.line < 1 || frame.column < 1) return null;
  const origin = originalPositionFor(map, { line: frame.line, column: frame.column - 1 });
  if (origin.source === null) return null;
  const text = sourceContentFor(map, origin.source) ?? "";
  const position = { line: origin.line, column: origin.column + 1 };
  const snippet = lineText(text, origin.line).trim().slice(0, maxSnippetLength);
  const location: SourceLocation =
    bundle.inline === null
      ? { file: origin.source, ...position }
      : locateInline(bundle.inline, text, position);
  return snippet === "" ? location : { ...location, snippet };
}

function describe({ file, line, column, inline }: SourceLocation): string {
  if (inline === undefined) return `${file}:${line}:${column}`;
  return `${file}#${inline.pointer}:${inline.line}:${inline.column}`;
}

function mapOf(bundle: Bundle): TraceMap | null {
  const known = maps.get(bundle);
  if (known !== undefined) return known;
  const map = readMap(bundle.sourceMap);
  maps.set(bundle, map);
  return map;
}

function readMap(text: string): TraceMap | null {
  try {
    return new TraceMap(text);
  } catch {
    return null;
  }
}
