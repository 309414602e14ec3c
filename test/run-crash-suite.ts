import { spawn } from "node:child_process";
import { join } from "node:path";

/**
 * `npm run crash`: the crash suite in full, every write to a journal and 200 runs with kills at random moments, on every
 * datastore or on those named: `npm run crash -- redis`.
 */
const datastores = process.argv.length > 2 ? process.argv.slice(2) : ["pglite", "redis", "postgres"];
const files = datastores.map((kind) => `test/crash/${kind}-crashes.test.ts`);
const child = spawn(process.execPath, [join(import.meta.dirname, "run-tests.ts"), ...files], {
  stdio: "inherit",
  env: { CRASH_EVERY: "1", CRASH_RANDOM: "200", ...process.env },
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
child.on("exit", (code) => {
  process.exitCode = code ?? 1;
});
