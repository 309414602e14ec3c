import { randomUUID } from "node:crypto";

/** Sorts by time of creation; letters and digits only, as BullMQ's job ids need. */
export function newTaskId(now: number): string {
  return `${firstTaskIdAt(now)}${randomUUID().replaceAll("-", "").slice(0, 12)}`;
}

/** Sorts before every task made at that time or later, and after every earlier one. */
export function firstTaskIdAt(at: number): string {
  return `tsk_${Math.max(0, Math.floor(at)).toString(36).padStart(9, "0")}`;
}
