import { readFileSync, readlinkSync } from "node:fs";

/**
 * Names the boot of this machine within which monotonic readings of different processes can be compared; null where there
 * is no such name. Containers may have a monotonic clock of their own (time namespaces), which is part of the name.
 */
export function readBootName(): string | null {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot} ${readTimeNamespace()}`.trimEnd();
  } catch {
    return null;
  }
}

function readTimeNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/time");
  } catch {
    // Kernels before 5.6 have none.
    return "";
  }
}
