import { createTacklebox } from "../src/create-tacklebox.ts";
import { openDatastore } from "../src/datastore/open-datastore.ts";
import { createSimulatedNas } from "../src/nas/create-simulated-nas.ts";
import { oneHookInstall, tickingHook } from "./bench-script.ts";
import type { RestartOrder } from "./restart.ts";

/*
 * A worker of its own: hands an operation in, works, or both. It says "called" at the first ctx call of a hook that it has
 * kept, and ends when its input does: then it cancels what it works on, so that the next round begins with nothing to do.
 */

const order = JSON.parse(process.argv[2] ?? "") as RestartOrder;
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const datastore = await openDatastore(order.url, { key: order.key, cacheDir: order.cacheDir });
const nas = await createSimulatedNas({ stepMs: 0, readyAfterMs: 0 });
const ended = Promise.withResolvers<void>();
let hasCalled = false;
const tacklebox = createTacklebox({
  nas,
  datastore,
  soleWorker: true,
  observer: {
    hookChanged: (view, entries) => {
      const calls = entries.some(
        (entry) => entry.type === "effect-completed" && entry.name === "emitCheckpoint",
      );
      if (calls && !hasCalled) say(`called ${view.parentId}`);
      hasCalled ||= calls;
    },
    operationChanged: (view) => {
      if (view.status === "CANCELLED") ended.resolve();
    },
  },
});

if (order.submits) {
  await tacklebox.submit(oneHookInstall("app", tickingHook, true));
  say("submitted");
}
if (order.works) await tacklebox.start();
for await (const chunk of process.stdin) {
  await tacklebox.cancel(String(chunk).trim());
  await ended.promise;
}
await tacklebox.close();
await nas.close();
await datastore.close();
