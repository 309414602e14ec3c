import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Redis } from "ioredis";
import { Client } from "pg";
import { expect, it, onTestFinished } from "vitest";
import { installRequest, openBox } from "../support/box.ts";
import { testDatastores } from "../support/test-datastores.ts";

const password = "correct horse battery";
const token = "tok-3f9ad1c07e52";
const kept = "a word that is shown";

const inputs = [
  {
    type: "question",
    id: "pass",
    question: { question: "Password", type: "password", key: "pass", required: true },
  },
  {
    type: "oauth",
    id: "login",
    name: "Sign in",
    provider: "example",
    flow: {
      type: "pin",
      pinUrl: "https://id.example/pins",
      pollUrl: "https://id.example/pins/{pinId}",
      authUrl: "https://id.example/auth#?code={code}",
      clientId: "c",
      tokenField: "authToken",
    },
  },
];
const scriptContent = `export async function run(ctx) {
  const pass = ctx.getInput("pass"), { authToken } = ctx.getInput("login");
  await ctx.emitCheckpoint("shown", "${kept} " + pass + authToken);
  await fetch(ctx.baseUrl + "/login", { method: "POST", body: JSON.stringify({ pass, authToken }) });
  await ctx.awaitCheckpointRetry("x", new Error("no " + pass), [{ label: "token", value: authToken }]);
}`;

/** Everything the datastore holds, as bytes, and as hex where it shows bytes so. */
async function dump(kind: string, url: string): Promise<string> {
  if (kind === "pglite") {
    const root = url.slice("pglite:".length);
    const files = await readdir(root, { recursive: true, withFileTypes: true });
    const texts = files
      .filter((file) => file.isFile())
      .map((file) => readFile(join(file.parentPath, file.name), "latin1"));
    return (await Promise.all(texts)).join("\n");
  }
  if (kind === "redis") {
    const client = new Redis(url);
    const keys = await client.keys("*");
    const read = async (key: string): Promise<unknown> => {
      const type = await client.type(key);
      if (type === "string") return await client.getBuffer(key);
      if (type === "hash") return await client.hgetallBuffer(key);
      if (type === "list") return await client.lrangeBuffer(key, 0, -1);
      if (type === "zset") return await client.zrange(key, "0", "-1");
      if (type === "stream") return await client.xrange(key, "-", "+");
      return await client.smembers(key);
    };
    const values: string[] = [];
    for (const key of keys)
      values.push(
        key,
        JSON.stringify(await read(key), (_name, value: unknown) => {
          const bytes = value as { type?: unknown; data?: number[] } | null;
          return bytes?.type === "Buffer" ? Buffer.from(bytes.data ?? []).toString("latin1") : value;
        }),
      );
    client.disconnect();
    return values.join("\n");
  }
  const client = new Client({ connectionString: url });
  await client.connect();
  const tables = await client.query<{ name: string }>(
    "select schemaname || '.' || quote_ident(tablename) as name from pg_tables where schemaname in ('tacklebox', 'bullmq')",
  );
  const rows: string[] = [];
  for (const { name } of tables.rows) {
    const found = await client.query<{ row: string }>(`select t::text as row from ${name} t`);
    rows.push(...found.rows.map(({ row }) => row));
  }
  await client.end();
  return rows.join("\n");
}

for (const { kind, available, create } of testDatastores) {
  it.skipIf(!available)(`no answer and no token lies in ${kind} in clear, and none is shown`, async () => {
    const { url, remove } = await create();
    onTestFinished(remove);
    const box = await openBox({ datastoreUrl: url });
    await box.tacklebox.start();
    const given = { inputs: { pass: password, login: token } };
    await box.tacklebox.submit(installRequest([{ id: "tells", inputs, scriptContent }], given));
    await box.untilHook("tells", "AWAITING_RETRY");
    const seen = JSON.stringify([box.seen, box.troubles]);
    expect(box.nas.requests("testapp").at(-1)?.body).toContain(token);
    await box.close();
    const raw = await dump(kind, url);
    expect(raw).toContain(kept);
    for (const secret of [password, token]) {
      expect(seen).not.toContain(secret);
      expect(raw.includes(secret)).toBe(false);
      expect(raw.includes(Buffer.from(secret).toString("hex"))).toBe(false);
      expect(raw.includes(Buffer.from(secret).toString("base64").slice(0, -4))).toBe(false);
    }
  });
}
