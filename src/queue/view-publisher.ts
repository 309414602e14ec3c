import type { Job } from "bullmq";
import { errorText } from "../errors.ts";
import { mapTexts } from "../json.ts";
import type { TaskView } from "../task/task-view.ts";

/** Keeps a job's progress at the latest view: one write at a time, views in between are passed over. */
export interface ViewPublisher {
  /** Stores the view soon; the work it tells about goes first. */
  publish(view: TaskView): void;
  /** Stores the latest view now, and resolves when that is done. */
  flush(): Promise<void>;
}

/** Much happens in a few milliseconds at the beginning and the end of a task; people see one change. */
const gatherMs = 25;

/** `onTrouble` hears of a view that could not be stored; the journal has it all the same. */
export function createViewPublisher(job: Job, onTrouble: (text: string) => void): ViewPublisher {
  let latest: TaskView | null = null;
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> | null = null;

  const write = async (): Promise<void> => {
    while (latest !== null) {
      const view = latest;
      latest = null;
      try {
        await job.updateProgress(toStorable(view));
      } catch (error) {
        onTrouble(`task ${view.id}: its view could not be stored: ${errorText(error)}`);
      }
    }
    writing = null;
  };
  const writeNow = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (latest !== null) writing ??= write();
  };

  return {
    publish: (view) => {
      latest = view;
      if (writing === null) timer ??= setTimeout(writeNow, gatherMs);
    },
    flush: async () => {
      writeNow();
      while (writing !== null) await writing;
    },
  };
}

/** PostgreSQL's JSON holds neither NUL nor half a character, and the texts of hooks and scripts may have both. */
function toStorable(view: TaskView): TaskView {
  if (!/\\u(?:0000|d[89a-f])/.test(JSON.stringify(view))) return view;
  return mapTexts(view, (text) => text.toWellFormed().replaceAll("\0", "\ufffd"));
}
