import type { Job } from "bullmq";
import { errorText } from "../errors.ts";
import type { TaskView } from "../task/task-view.ts";

/** Keeps a job's progress at the latest view: one write at a time, views in between are passed over. */
export interface ViewPublisher {
  publish(view: TaskView): void;
  /** Resolves when the latest view is stored. */
  flush(): Promise<void>;
}

/** `onTrouble` hears of a view that could not be stored; the journal has it all the same. */
export function createViewPublisher(job: Job, onTrouble: (text: string) => void): ViewPublisher {
  let latest: TaskView | null = null;
  let writing: Promise<void> | null = null;

  const write = async (): Promise<void> => {
    while (latest !== null) {
      const view = latest;
      latest = null;
      try {
        await job.updateProgress(view);
      } catch (error) {
        onTrouble(`task ${view.id}: its view could not be stored: ${errorText(error)}`);
      }
    }
    writing = null;
  };

  return {
    publish: (view) => {
      latest = view;
      writing ??= write();
    },
    flush: async () => {
      while (writing !== null) await writing;
    },
  };
}
