import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/**
 * `npm run check`: every gate runs, also after one has failed; the exit code is 1 when any did. `--without tests` leaves a
 * gate out, for a pipeline that runs it apart.
 */
interface Gate {
  name: string;
  /** What passing means. */
  promise: string;
  command: [program: string, ...args: string[]];
}

const gates: Gate[] = [
  { name: "format", promise: "oxfmt has nothing to change", command: ["oxfmt", "--check"] },
  { name: "lint", promise: "the house rules of .oxlintrc.json hold", command: ["oxlint"] },
  { name: "types", promise: "TypeScript finds no error", command: ["npm", "run", "--silent", "types"] },
  { name: "unused", promise: "no file, export or dependency is unused", command: ["knip", "--no-progress"] },
  {
    name: "tests",
    promise: "all tests pass, and cover what vitest.config.ts asks for",
    command: [process.execPath, join(import.meta.dirname, "run-tests.ts"), "--coverage"],
  },
];

const left = process.argv.flatMap((argument, index) =>
  process.argv[index - 1] === "--without" ? argument.split(",") : [],
);
const unknown = left.filter((name) => !gates.some((gate) => gate.name === name));
if (unknown.length > 0) {
  console.error(
    `--without ${unknown.join(",")}: no such gate; there are ${gates.map((gate) => gate.name).join(", ")}.`,
  );
  process.exit(2);
}

const lines: string[] = [];
for (const { name, promise, command } of gates.filter((gate) => !left.includes(gate.name))) {
  console.log(`\n== ${name}: ${promise}`);
  const startedAt = performance.now();
  const passed = await run(command);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  lines.push(`${passed ? "passed" : "FAILED"}  ${name.padEnd(8)} ${seconds.padStart(6)} s`);
  if (!passed) process.exitCode = 1;
}
console.log(`\n${lines.join("\n")}`);

async function run([program, ...args]: Gate["command"]): Promise<boolean> {
  const bin = join(import.meta.dirname, "../node_modules/.bin");
  const child = spawn(program, args, {
    cwd: join(import.meta.dirname, ".."),
    env: { ...process.env, PATH: `${bin}:${process.env["PATH"] ?? ""}` },
    stdio: "inherit",
  });
  const [code] = (await once(child, "exit")) as [number | null];
  return code === 0;
}
