import { execFileSync } from "node:child_process";
import { closeSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A disk of its own, small enough to be filled. */
export interface SmallDisk {
  readonly path: string;
  /** Takes up all room but so many bytes. */
  fill(leaveBytes?: number): void;
  /** Gives back what `fill` took. */
  relieve(): void;
  remove(): Promise<void>;
}

/** False where this user may not mount a disk. */
export const canMountDisk: boolean = tryMount();

export async function mountSmallDisk(mebibytes: number): Promise<SmallDisk> {
  const path = await mkdtemp(join(tmpdir(), "tacklebox-disk-"));
  mount(path, mebibytes);
  const ballast = join(path, "ballast");
  return {
    path,
    fill: (leaveBytes = 0) => {
      const file = openSync(ballast, "a");
      try {
        for (let left = freeBytes(path) - leaveBytes; left > 0; left = freeBytes(path) - leaveBytes) {
          writeSync(file, Buffer.alloc(Math.min(left, 1 << 20)));
        }
      } finally {
        closeSync(file);
      }
    },
    relieve: () => rmSync(ballast),
    remove: async () => {
      execFileSync("umount", ["--lazy", path], { stdio: "pipe" });
      await rm(path, { recursive: true });
    },
  };
}

function freeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}

function mount(path: string, mebibytes: number): void {
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${mebibytes}m,mode=755`, "tmpfs", path], {
    stdio: "pipe",
  });
}

function tryMount(): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  try {
    const path = execFileSync("mktemp", ["-d"], { encoding: "utf8" }).trim();
    mount(path, 1);
    execFileSync("umount", [path], { stdio: "pipe" });
    rmSync(path, { recursive: true });
    return true;
  } catch {
    return false;
  }
}
