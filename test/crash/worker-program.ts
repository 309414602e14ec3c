import { subscribe } from "node:diagnostics_channel";
import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { createTacklebox, type Tacklebox } from "../../src/create-tacklebox.ts";
import type { JournalStore } from "../../src/datastore/datastore.ts";
import { openDatastore } from "../../src/datastore/open-datastore.ts";
import { errorText } from "../../src/errors.ts";
import { connectNas } from "./remote-nas.ts";
import type { Death, FromWorker, ToWorker, WorkerSettings } from "./worker-protocol.ts";

/**
 * A worker in a process of its own, made to be killed. Its first line of input is its settings; after that each line is a
 * call of the facade or the moment at which it is to die. It says what happens in lines of JSON.
 */
const lines = createInterface(process.stdin)[Symbol.asyncIterator]();
const say = (message: FromWorker): void => void process.stdout.write(`${JSON.stringify(message)}\n`);

const sandboxes = new Set<ChildProcess>();
subscribe("child_process", (message) => {
  const { process: child } = message as { process: ChildProcess };
  sandboxes.add(child);
  child.once("exit", () => sandboxes.delete(child));
});

/** The sandbox that was started first is the one at work; what comes after it stands by. */
function killSandbox(): void {
  for (const child of sandboxes) {
    if (!child.spawnargs.includes("--jitless")) continue;
    child.kill("SIGKILL");
    return;
  }
}

let death: Death | null = null;
let writes = 0;

function mortal(journals: JournalStore): JournalStore {
  return {
    ...journals,
    append: async (taskId, expectedIndex, entries) => {
      writes += 1;
      const isDue = death !== null && writes === death.atWrite;
      const what = isDue ? death?.kill : null;
      if (what === "worker-before") process.kill(process.pid, "SIGKILL");
      if (what === "sandbox") {
        killSandbox();
        say({ type: "sandbox-killed" });
      }
      await journals.append(taskId, expectedIndex, entries);
      if (what === "worker-after") process.kill(process.pid, "SIGKILL");
    },
  };
}

async function obey(tacklebox: Tacklebox, message: ToWorker): Promise<void> {
  if (message.type === "die") {
    ({ death } = message);
    say({ type: "answer", id: message.id, value: writes });
    writes = 0;
    return;
  }
  if (message.type === "kill-sandbox") {
    killSandbox();
    say({ type: "answer", id: message.id, value: null });
    return;
  }
  try {
    const method = tacklebox[message.method] as (...args: unknown[]) => Promise<unknown>;
    const value = (await method.apply(tacklebox, message.args)) ?? null;
    say({ type: "answer", id: message.id, value });
  } catch (error) {
    say({ type: "answer", id: message.id, error: errorText(error) });
  }
}

const nextLine = async (): Promise<string | null> => {
  const { value, done } = await lines.next();
  return done === true ? null : value;
};

const settings = JSON.parse((await nextLine()) ?? "") as WorkerSettings;
const datastore = await openDatastore(settings.datastoreUrl, settings.datastoreOptions);
const tacklebox = createTacklebox({
  ...settings.tacklebox,
  nas: connectNas(settings.nasUrl),
  datastore: { ...datastore, journals: mortal(datastore.journals) },
  observer: {
    hookChanged: (view) => say({ type: "view", view }),
    operationChanged: (view) => say({ type: "view", view }),
  },
  onTrouble: (text) => say({ type: "trouble", text }),
});
await tacklebox.start();
say({ type: "started" });
for (let line = await nextLine(); line !== null; line = await nextLine()) {
  void obey(tacklebox, JSON.parse(line) as ToWorker);
}
process.kill(process.pid, "SIGKILL");
