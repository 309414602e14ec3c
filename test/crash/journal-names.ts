import type { JournalEntry } from "../../src/journal/entry.ts";
import type { WriteSeen } from "./worker-protocol.ts";

/** Names journals and entries so that the same write is recognised in another run of the same operation. */
export class JournalNames {
  private readonly journals = new Map<string, string>();
  private readonly stepKinds = new Map<string, string[]>();

  /** A worker reads the record of a task before it writes the task's journal. */
  learn(collection: string, key: string, value: Uint8Array | null): void {
    if (value === null) return;
    if (collection === "hook-tasks") {
      const { hook } = JSON.parse(Buffer.from(value).toString()) as { hook: { id: string } };
      this.journals.set(key, hook.id);
    }
    if (collection === "operations") {
      const record = JSON.parse(Buffer.from(value).toString()) as OperationParts;
      this.journals.set(key, record.operation);
      this.stepKinds.set(
        key,
        record.steps.map(({ kind }) => kind),
      );
    }
  }

  describe(taskId: string, entry: number, entries: readonly Uint8Array[]): WriteSeen {
    const kinds = this.stepKinds.get(taskId) ?? [];
    const labels = entries.map((bytes) => labelOf(JSON.parse(Buffer.from(bytes).toString()), kinds));
    return { taskId, journal: this.journals.get(taskId) ?? taskId, entry, labels };
  }
}

interface OperationParts {
  operation: string;
  steps: { kind: string }[];
}

export function labelOf(entry: JournalEntry, stepKinds: readonly string[] = []): string {
  if (entry.type === "operation") {
    const { event } = entry;
    const step = "index" in event ? (stepKinds[event.index] ?? "") : "";
    const how = "percent" in event ? event.percent : "status" in event ? event.status : "";
    return `${event.type} ${step} ${how}`;
  }
  const name = "name" in entry ? entry.name : "";
  const event = "event" in entry ? (entry.event?.type ?? "") : "";
  return `${entry.type} ${name} ${event}`;
}
