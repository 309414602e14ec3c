import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { errorText } from "../src/errors.ts";
import { isMet, toTable, type BenchSettings, type Row } from "./measure.ts";

/*
 * `npm run bench -- [subject...] [--rounds N] [--hooks N] [--parked N] [--many N] [--datastore KIND]... [--json]`
 * Each subject runs in a process of its own, so that none inherits the memory of another.
 */

type Subject = (settings: BenchSettings) => Promise<Row[]>;

const subjects: Record<string, () => Promise<Subject>> = {
  "cold-start": async () => (await import("./cold-start.ts")).coldStart,
  "round-trip": async () => (await import("./round-trip.ts")).roundTrip,
  "durable-call": async () => (await import("./durable-call.ts")).durableCall,
  replay: async () => (await import("./replay.ts")).replay,
  "queue-latency": async () => (await import("./queue-latency.ts")).queueLatency,
  recovery: async () => (await import("./recovery.ts")).recovery,
  restart: async () => (await import("./restart.ts")).restart,
  throughput: async () => (await import("./throughput.ts")).throughput,
  "durable-throughput": async () => (await import("./durable-throughput.ts")).durableThroughput,
  parked: async () => (await import("./parked.ts")).parked,
  api: async () => (await import("./api.ts")).api,
  hostile: async () => (await import("./hostile.ts")).hostile,
  page: async () => (await import("./page.ts")).page,
  memory: async () => (await import("./memory.ts")).memory,
};

const kinds = ["pglite", "redis", "postgres"];

const options = {
  rounds: { type: "string", default: "40" },
  hooks: { type: "string", default: "40" },
  parked: { type: "string", default: "500" },
  many: { type: "string", default: "10000" },
  datastore: { type: "string", multiple: true, default: kinds },
  json: { type: "boolean", default: false },
  /** How a subject's own process is told to run it. */
  only: { type: "string" },
} as const;

const { values, positionals } = parseArgs({ args: process.argv.slice(2), options, allowPositionals: true });

async function runSubject(name: string): Promise<void> {
  const subject = await requireSubject(name)();
  const rows = await subject({
    rounds: Number(values.rounds),
    hooks: Number(values.hooks),
    parked: Number(values.parked),
    many: Number(values.many),
    datastores: values.datastore,
    say: (text) => process.stderr.write(`  ${text}\n`),
  });
  process.stdout.write(JSON.stringify(rows));
}

function requireSubject(name: string): () => Promise<Subject> {
  const subject = subjects[name];
  if (subject !== undefined) return subject;
  throw new Error(`subject "${name}" is not known; name some of ${Object.keys(subjects).join(", ")}.`);
}

async function inOwnProcess(name: string): Promise<Row[]> {
  requireSubject(name);
  process.stderr.write(`${name} ...\n`);
  const program = fileURLToPath(import.meta.url);
  const args = ["--expose-gc", program, ...process.argv.slice(2), "--only", name];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const [status] = (await once(child, "close")) as [number | null];
  if (status !== 0) throw new Error(`subject "${name}" ended with status ${status}.`);
  return JSON.parse(output) as Row[];
}

async function runAll(): Promise<void> {
  const rows: Row[] = [];
  for (const name of positionals.length > 0 ? positionals : Object.keys(subjects)) {
    const added = await inOwnProcess(name);
    rows.push(...added);
    if (!values.json) process.stdout.write(`${toTable(added)}\n\n`);
  }
  if (values.json) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  if (rows.some((row) => isMet(row) === false)) process.exitCode = 1;
}

try {
  await (values.only === undefined ? runAll() : runSubject(values.only));
} catch (error) {
  process.stderr.write(`bench: ${errorText(error)}\n`);
  process.exitCode = 2;
}
