import { statfsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { full } from "./refusals.ts";

const mebibyte = 1024 * 1024;

/**
 * With less than that left on the disk nothing is written. The log of PGlite grows by 16 MiB at a time, and a database
 * whose log cannot grow stops for good (Postgres calls it a PANIC), so it must not come to that.
 */
export const leastFreeBytes = 48 * mebibyte;

const lookAgainMs = 250;

export interface DiskRoomOptions {
  folder: string;
  displayUrl: string;
  /** How long a full disk is waited out, in milliseconds. */
  outageMs: number;
  /** Aborted when the datastore is closed. */
  closed: AbortSignal;
}

/** The room left on the disk of a folder. */
export class DiskRoom {
  private readonly options: DiskRoomOptions;

  constructor(options: DiskRoomOptions) {
    this.options = options;
  }

  get isTight(): boolean {
    return this.freeBytes() < leastFreeBytes;
  }

  /** Throws `DATASTORE_FULL` when there is too little. */
  require(): void {
    if (this.isTight) throw this.refusal("free space there and start again.");
  }

  /** Resolves once there is enough; rejects with `DATASTORE_FULL` when that takes too long. */
  async wait(): Promise<void> {
    if (!this.isTight) return;
    const { outageMs, closed } = this.options;
    const giveUpAt = performance.now() + outageMs;
    while (this.isTight) {
      if (closed.aborted || performance.now() + lookAgainMs > giveUpAt)
        throw this.refusal("free space there; work goes on by itself.");
      await delay(lookAgainMs, undefined, { signal: closed }).catch(() => undefined);
    }
  }

  /** A file system that does not tell, or of which nothing can be asked, is not held against anybody. */
  private freeBytes(): number {
    try {
      const { blocks, bavail, bsize } = statfsSync(this.options.folder);
      return blocks === 0 ? Number.POSITIVE_INFINITY : bavail * bsize;
    } catch {
      return Number.POSITIVE_INFINITY;
    }
  }

  private refusal(advice: string): Error {
    const left = `its disk has ${Math.floor(this.freeBytes() / mebibyte)} MiB left`;
    return full(this.options.displayUrl, left, {
      expected: `at least ${leastFreeBytes / mebibyte} MiB, so that it never runs out in the middle of a write`,
      advice,
    });
  }
}
