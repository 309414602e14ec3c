import { vi } from "vitest";
import type { ServeProcess } from "./serve-process.ts";

/** Waits until a task is in such a state. */
export async function waitForStatus(server: ServeProcess, id: string, status: RegExp): Promise<void> {
  await vi.waitUntil(
    async () => status.test((await server.call<{ status: string }>("GET", `/v1/tasks/${id}`)).status),
    { timeout: 45_000, interval: 200 },
  );
}
