import { useSignal } from "@preact/signals";
import { failureText } from "./api.ts";
import { say } from "./notices.tsx";

/** Work that a button or form starts. */
export interface Work {
  busy: boolean;
  /** Starts it, unless it is under way. A form is not sent by the browser. */
  start(event?: Event): void;
}

/** Runs one piece of work at a time; what it throws is told to the user. */
export function useWork(work: () => Promise<void>): Work {
  const busy = useSignal(false);
  const run = async (): Promise<void> => {
    busy.value = true;
    try {
      await work();
    } catch (error) {
      say(failureText(error), "failed");
    } finally {
      busy.value = false;
    }
  };
  return {
    busy: busy.value,
    start: (event) => {
      event?.preventDefault();
      if (!busy.value) void run();
    },
  };
}
