import type { Readable, Writable } from "node:stream";
import pc from "picocolors";
import type { Environment } from "./environment.ts";

/** Data goes to standard output, talk to standard error. */
export interface Terminal {
  /** Colours for `say`. */
  readonly colors: Colors;
  /** Colours for `data`. */
  readonly dataColors: Colors;
  /** True when a person can be asked: both input and talk are a terminal, and it is not a CI run. */
  readonly interactive: boolean;
  /** Where questions are asked. */
  readonly input: Readable;
  readonly output: Writable;
  /** Writes a line of data. */
  data(line: string): void;
  /** Writes a line of talk. */
  say(line: string): void;
  /** Shows what is going on in a line that is replaced by the next one; null takes it away. Silent when not a terminal. */
  status(text: string | null): void;
}

export type Colors = ReturnType<typeof pc.createColors>;

export interface TerminalStreams {
  stdin: Readable & { isTTY?: boolean };
  stdout: Writable & { isTTY?: boolean };
  stderr: Writable & { isTTY?: boolean; columns?: number };
}

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const frameMs = 100;

export function createTerminal(streams: TerminalStreams, environment: Environment): Terminal {
  const { stdin, stdout, stderr } = streams;
  // Whoever reads our output may go away (`tacklebox ... | head`); that is no fault.
  for (const stream of [stdout, stderr]) stream.on("error", ignoreClosedPipe);
  const isLive = stderr.isTTY === true && !environment.isDumbTerminal && !environment.isCi;
  const colors = pc.createColors(environment.color ?? isLive);
  const line = createStatusLine(stderr, colors, isLive);
  return {
    colors,
    dataColors: pc.createColors(environment.color ?? (stdout.isTTY === true && !environment.isDumbTerminal)),
    // A terminal that says it has no columns cannot show a question.
    interactive: stdin.isTTY === true && stderr.isTTY === true && stderr.columns !== 0 && !environment.isCi,
    input: stdin,
    output: stderr,
    data: (text) => {
      line.around(() => stdout.write(`${text}\n`));
    },
    say: (text) => {
      line.around(() => stderr.write(`${text}\n`));
    },
    status: line.show,
  };
}

function createStatusLine(
  stderr: TerminalStreams["stderr"],
  colors: Colors,
  isLive: boolean,
): { show(text: string | null): void; around(write: () => void): void } {
  let shown: string | null = null;
  let frame = 0;
  let timer: NodeJS.Timeout | null = null;

  const clear = (): void => {
    if (shown !== null) stderr.write("\r\u001b[2K");
  };
  const draw = (): void => {
    if (shown === null) return;
    const text = shown.slice(0, (stderr.columns || 80) - 3);
    stderr.write(`\r\u001b[2K${colors.cyan(frames[frame % frames.length] ?? "")} ${text}`);
  };
  return {
    show: (text) => {
      if (!isLive || text === shown) return;
      clear();
      shown = text;
      draw();
      if (text === null && timer !== null) {
        clearInterval(timer);
        timer = null;
      } else if (text !== null) {
        timer ??= setInterval(() => {
          frame += 1;
          draw();
        }, frameMs).unref();
      }
    },
    around: (write) => {
      clear();
      write();
      draw();
    },
  };
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}
