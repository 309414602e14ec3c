import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { installServers } from "./support/install-servers.ts";
import { findServerProgram, packageOf, programKinds } from "./support/servers.ts";

/** `npm test`: sees to it that the servers and the browser are there, then runs vitest with the arguments given. */
const missing = programKinds.filter((kind) => findServerProgram(kind) === null);
if (missing.length > 0) await installServers(missing.map((kind) => packageOf[kind]));

const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
const child = spawn(process.execPath, [vitest, "run", ...process.argv.slice(2)], { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
child.on("exit", (code) => {
  process.exitCode = code ?? 1;
});
