import { readFileSync, readdirSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** The sandboxes among this process's children (Linux). */
export function sandboxPids(): number[] {
  const isSandbox = (pid: string): boolean => {
    try {
      const parent = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
      return (
        Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--jitless")
      );
    } catch {
      return false;
    }
  };
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && isSandbox(name))
    .map(Number);
}

/**
 * RSS of this process in MB once the garbage collector has nothing left to give back: with "last-resort" it also
 * returns the pages it would keep for later, which say how busy the process was and not what it holds.
 */
export async function settledRss(): Promise<number> {
  let least = Infinity;
  for (let look = 0; look < 5; look += 1) {
    await delay(200);
    globalThis.gc?.({ type: "major", execution: "sync", flavor: "last-resort" });
    least = Math.min(least, process.memoryUsage.rss());
  }
  return least / 1024 / 1024;
}
