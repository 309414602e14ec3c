import { enableCompileCache } from "node:module";

// Before anything else is loaded: it halves the time that loading takes.
enableCompileCache();
const { runCli } = await import("./cli/run-cli.ts");

const stopping = new AbortController();
const interrupt = (): void => {
  // Asked a second time, it does not wait for anything.
  if (stopping.signal.aborted) process.exit(130);
  stopping.abort(new Error("interrupted"));
  setTimeout(() => process.exit(130), 8000).unref();
};
process.on("SIGINT", interrupt);
process.on("SIGTERM", interrupt);

process.exitCode = await runCli({
  args: process.argv.slice(2),
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  signal: stopping.signal,
  interrupt,
});
