import { subscribe } from "node:diagnostics_channel";
import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { createTacklebox, type Tacklebox } from "../../src/create-tacklebox.ts";
import type { DocumentStore, JournalStore } from "../../src/datastore/datastore.ts";
import { openDatastore } from "../../src/datastore/open-datastore.ts";
import { errorText } from "../../src/errors.ts";
import { provideSandboxCode } from "../../src/runtime/sandbox-code.ts";
import { JournalNames } from "./journal-names.ts";
import { connectLabNas } from "./remote-nas.ts";
import type {
  ClockShift,
  Death,
  FromWorker,
  ToWorker,
  WorkerSettings,
  WriteSeen,
} from "./worker-protocol.ts";

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
  child.once("exit", () => {
    sandboxes.delete(child);
    say({ type: "sandbox-gone", pid: child.pid ?? 0 });
  });
});

/** The sandbox that was started first is the one at work; what comes after it stands by. */
function sandboxAtWork(): ChildProcess | undefined {
  return [...sandboxes].find((child) => child.spawnargs.includes("--jitless"));
}

/** As the whole process sees them, BullMQ included. */
const wallNow = Date.now.bind(Date);
const steadyNow = process.hrtime.bigint.bind(process.hrtime);
let clock: ClockShift = { wallMs: 0, steadyMs: 0 };
Date.now = () => wallNow() + clock.wallMs;
process.hrtime.bigint = () => steadyNow() + BigInt(clock.steadyMs) * 1_000_000n;

const names = new JournalNames();
let death: Death | null = null;
/** Entries with the label of the death so far. */
let met = 0;
let writes: WriteSeen[] = [];
let putAway = false;

const die = (): void => void process.kill(process.pid, "SIGKILL");

/** How to kill at that write, if at all; once. */
function killAt({ journal, labels }: WriteSeen) {
  if (death === null || death.kill === "looking" || death.journal !== journal) return null;
  const { label, nth, kill } = death;
  const before = met;
  met += labels.filter((one) => one === label).length;
  if (before >= nth || met < nth) return null;
  death = null;
  return kill;
}

function mortalJournals(journals: JournalStore): JournalStore {
  return {
    ...journals,
    append: async (taskId, expectedIndex, entries) => {
      const write = names.describe(taskId, expectedIndex, entries);
      const kill = killAt(write);
      if (kill === "worker-before") die();
      if (kill === "sandbox") {
        sandboxAtWork()?.kill("SIGKILL");
        say({ type: "sandbox-killed" });
      }
      await journals.append(taskId, expectedIndex, entries).catch((error: unknown) => {
        say({ type: "trouble", text: `journal of ${write.journal}: ${errorText(error)}` });
        throw error;
      });
      writes.push(write);
      if (kill === "worker-after") die();
      if (entries.some((entry) => Buffer.from(entry).includes('"attempt-paused"'))) putAway = true;
    },
  };
}

function mortalDocuments(documents: DocumentStore): DocumentStore {
  return {
    ...documents,
    get: async (collection, key) => {
      if (death?.kill === "looking" && putAway && collection === "decisions") die();
      const value = await documents.get(collection, key);
      names.learn(collection, key, value);
      return value;
    },
  };
}

async function obey(tacklebox: Tacklebox, message: ToWorker): Promise<void> {
  if (message.type === "die") {
    ({ death } = message);
    met = 0;
    say({ type: "answer", id: message.id, value: writes });
    writes = [];
    return;
  }
  if (message.type === "set-clock") {
    ({ clock } = message);
    say({ type: "answer", id: message.id, value: null });
    return;
  }
  if (message.type === "kill-sandbox" || message.type === "sandbox-pid") {
    const sandbox = sandboxAtWork();
    if (message.type === "kill-sandbox") sandbox?.kill("SIGKILL");
    say({ type: "answer", id: message.id, value: sandbox?.pid ?? null });
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

say({ type: "loaded" });
const given = await nextLine();
if (given === null) process.exit();
const settings = JSON.parse(given) as WorkerSettings;
({ clock } = settings);
provideSandboxCode(settings.sandboxCode);
const datastore = await openDatastore(settings.datastoreUrl, settings.datastoreOptions);
const tacklebox = createTacklebox({
  ...settings.tacklebox,
  nas: connectLabNas(settings.nasUrl),
  datastore: {
    ...datastore,
    journals: mortalJournals(datastore.journals),
    documents: mortalDocuments(datastore.documents),
  },
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
die();
