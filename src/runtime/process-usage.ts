import { readFileSync } from "node:fs";

/** What a process has taken so far. */
export interface ProcessUsage {
  cpuSeconds: number;
  /** Its data segment as the kernel counts it against `ulimit -d`. */
  dataMb: number;
}

/** The kernel tells processor time in hundredths of a second, whatever its own clock does. */
const ticksPerSecond = 100;

/** Asks the kernel; null where there is no `/proc` (not Linux), or no such process any more. */
export function readProcessUsage(pid: number): ProcessUsage | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name, in brackets, may hold anything; fields are counted from behind it. utime and stime: 14 and 15.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const ticks = Number(fields[11]) + Number(fields[12]);
    const data = /^VmData:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    if (data === null) return null;
    return { cpuSeconds: ticks / ticksPerSecond, dataMb: Number(data[1]) / 1024 };
  } catch {
    return null;
  }
}
