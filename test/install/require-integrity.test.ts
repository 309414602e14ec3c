import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lockFileName, toLockText, type LockedScript } from "../../src/catalog/lock-file.ts";
import { lockScript } from "../../src/catalog/lock-script.ts";
import { sha256Hex } from "../../src/compile/catalog-reader.ts";
import { compileAfresh } from "../../src/install/compile-afresh.ts";
import type { PreparedOperation } from "../../src/install/prepare-operation.ts";
import type { JsonObject } from "../../src/json.ts";
import type { HookTaskRecord } from "../../src/task/hook-task.ts";
import { openInstall, type InstallFixture } from "./install-fixture.ts";
import { inline, prepareOn, scriptOf, type Wanted } from "./prepare-fixture.ts";

let fixture: InstallFixture;
let catalogRoot: string;

const fileHook: JsonObject = {
  id: "setup",
  event: "onAfterInstall",
  entrypoint: "run",
  script: "shelf/hook.ts",
};
const noteText = inline("note")["scriptContent"] as string;
const text = JSON.stringify(scriptOf([fileHook, inline("note")]), null, 2);
const sources = {
  "shelf/hook.ts":
    'import { name } from "../_lib/name.ts";\nexport async function run() {\n  return name;\n}\n',
  "_lib/name.ts": 'export const name = "shelf";\n',
};

const put = (path: string, content: string): Promise<void> => writeFile(join(catalogRoot, path), content);

async function lock(): Promise<void> {
  const outcome = await lockScript({ file: "shelf.json", text, catalogRoot });
  const scripts = { "shelf.json": (outcome as { locked: LockedScript }).locked };
  await put(lockFileName, toLockText({ format: 1, scripts }));
}

const prepare = (script = text, wanted: Wanted = {}): Promise<PreparedOperation> =>
  prepareOn(fixture, script, { catalogRoot, ...wanted });

const tasksOf = ({ record }: PreparedOperation): HookTaskRecord[] =>
  record.steps.flatMap((step) => (step.kind === "hook" && step.task !== null ? [step.task] : []));

beforeEach(async () => {
  fixture = await openInstall();
  catalogRoot = await mkdtemp(join(tmpdir(), "tacklebox-locked-"));
  await mkdir(join(catalogRoot, "shelf"));
  await mkdir(join(catalogRoot, "_lib"));
  await put("shelf.json", text);
  for (const [path, content] of Object.entries(sources)) await put(path, content);
  await lock();
});
afterEach(async () => {
  await fixture.close();
  await rm(catalogRoot, { recursive: true });
});

const refusal = (message: string): object => ({
  code: "HOOK_INTEGRITY",
  message: expect.stringContaining(message),
});

describe("a catalog with a lock file", () => {
  it("is what it was: its scripts run, by whatever way they are named, and the checksum is kept", async () => {
    const [setup, note] = tasksOf(await prepare());
    const listed = ["_lib/name.ts", "shelf/hook.ts"] as const;
    const listing = listed.map((path) => `${sha256Hex(sources[path])}  ${path}\n`).join("");
    expect(setup?.sourceSha256).toBe(sha256Hex(listing));
    expect(note?.sourceSha256).toBe(sha256Hex(noteText));
    await expect(prepare(text, { scriptFile: join(catalogRoot, "shelf.json") })).resolves.toBeDefined();
  });

  it("stops a hook whose file has changed, before anything runs, and says which", async () => {
    await put("shelf/hook.ts", `${sources["shelf/hook.ts"]}// changed\n`);
    await expect(prepare()).rejects.toMatchObject(
      refusal(
        'shelf.json, hook "setup": shelf/hook.ts has changed, expected what tacklebox.lock.json holds; look at',
      ),
    );
    expect(fixture.calls).toEqual([]);
  });

  it("stops a hook when a file it imports has changed, is new or is no longer used", async () => {
    await put("_lib/name.ts", 'export const name = "other";\n');
    await expect(prepare()).rejects.toMatchObject(refusal("_lib/name.ts has changed, expected"));
    await put("_lib/name.ts", 'export { name } from "./more.ts";\n');
    await put("_lib/more.ts", sources["_lib/name.ts"]);
    await expect(prepare()).rejects.toMatchObject(refusal("_lib/more.ts is new, _lib/name.ts has changed"));
    await put("shelf/hook.ts", "export async function run() {}\n");
    await expect(prepare()).rejects.toMatchObject(
      refusal("shelf/hook.ts has changed, _lib/name.ts is no longer used"),
    );
  });

  it("stops a file whose line ends were changed, and says that it is only those", async () => {
    await put("shelf/hook.ts", sources["shelf/hook.ts"].replaceAll("\n", "\r\n"));
    await expect(prepare()).rejects.toMatchObject(refusal("shelf/hook.ts has changed (only its line ends)"));
    await put("shelf/hook.ts", sources["shelf/hook.ts"]);
    const crlf = text.replaceAll("\n", "\r\n");
    await expect(prepare(crlf)).rejects.toMatchObject(
      refusal("shelf.json: the script has changed (only its line ends)"),
    );
  });

  it("stops an inline hook whose text has changed, and any other change of the script", async () => {
    const changedText = JSON.parse(text.replace('\\"note\\"', '\\"other\\"')) as JsonObject;
    await expect(prepare(JSON.stringify(changedText))).rejects.toMatchObject(
      refusal('shelf.json, hook "note": its scriptContent has changed'),
    );
    await expect(prepare(text.replace("1.2.0", "1.2.1"))).rejects.toMatchObject(
      refusal("shelf.json: the script has changed, expected"),
    );
  });

  it("stops what it does not list: a hook, and a script that lies in the catalog", async () => {
    const more = JSON.stringify(scriptOf([fileHook, inline("note"), inline("more")]));
    await expect(prepare(more)).rejects.toMatchObject(
      refusal('shelf.json: hook "more" is not in tacklebox.lock.json, expected only what was locked'),
    );
    await put("other.json", text);
    await expect(prepare(text, { scriptFile: "other.json" })).rejects.toMatchObject(
      refusal("other.json: the script is not in tacklebox.lock.json"),
    );
  });

  it("lets a script run that is no file of it, with the catalog's files only as they were locked", async () => {
    await expect(prepare(text, { scriptFile: "pasted.json" })).resolves.toBeDefined();
    await put("_lib/name.ts", 'export const name = "other";\n');
    await expect(prepare(text, { scriptFile: "pasted.json" })).rejects.toMatchObject(
      refusal('pasted.json: hook "setup" with _lib/name.ts as it is now is not in tacklebox.lock.json'),
    );
  });

  it("has no say while its author works on it", async () => {
    await put("shelf/hook.ts", "export async function run() {}\n");
    await expect(prepare(text, { ignoreLock: true })).resolves.toBeDefined();
  });

  it.each([
    ["is cut short", (whole: string) => whole.slice(0, -20), "it is no JSON"],
    ["is of no format", () => '{"scripts":{}}', "it has the format none"],
    [
      "holds no hash",
      (whole: string) => whole.replace(/"sha256": "\w+"/, '"sha256": "none"'),
      "not as tacklebox",
    ],
    ["is no object", () => "[]", "it holds no object"],
    [
      "is newer",
      (whole: string) => whole.replace('"format": 1', '"format": 2'),
      "found format 2, expected 1",
    ],
  ])("stops everything when its lock file %s", async (_name, damage, message) => {
    await put(lockFileName, damage(await readFile(join(catalogRoot, lockFileName), "utf8")));
    const refused = { code: "LOCK_FILE", message: expect.stringContaining(`tacklebox.lock.json: `) };
    await expect(prepare()).rejects.toMatchObject(refused);
    await expect(prepare()).rejects.toThrow(message);
  });

  it("stops a Retry fresh too", async () => {
    const { record } = await prepare();
    const [setup] = tasksOf({ record } as PreparedOperation);
    const afresh = compileAfresh(setup as HookTaskRecord, record);
    await expect(afresh).resolves.toMatchObject({ sourceSha256: setup?.sourceSha256 });
    await put("shelf/hook.ts", "export async function run() {}\n");
    await expect(compileAfresh(setup as HookTaskRecord, record)).rejects.toMatchObject(
      refusal("shelf/hook.ts has changed"),
    );
  });
});

describe("checksums a request expects", () => {
  const wanted = { note: sha256Hex(noteText) };

  it("let the hooks run that have them, whatever the case of their letters", async () => {
    const upper = { note: wanted.note.toUpperCase() };
    const { record } = await prepare(text, { expectedSha256: upper });
    expect(record.source.expectedSha256).toEqual(upper);
  });

  it("stop others, also without a lock file, all of them at once", async () => {
    await rm(join(catalogRoot, lockFileName));
    const other = { setup: "0".repeat(64), note: "none", nte: wanted.note };
    const refused = prepare(text, { expectedSha256: other });
    await expect(refused).rejects.toMatchObject(refusal(`expected ${"0".repeat(64)} as the request says`));
    await expect(refused).rejects.toThrow('hook "note": found no checksum to expect');
    await expect(refused).rejects.toThrow(
      'hook "nte": a checksum is expected of it, but the script declares the hooks setup, note',
    );
    await expect(prepareOn(fixture, scriptOf([]), { expectedSha256: wanted })).rejects.toThrow(
      "declares no hooks",
    );
  });

  it("hold for a Retry fresh too", async () => {
    await rm(join(catalogRoot, lockFileName));
    const { record } = await prepare(text, { expectedSha256: wanted });
    const note = tasksOf({ record } as PreparedOperation).find(({ hook }) => hook.id === "note");
    const other = text.replace('\\"note\\"', '\\"other\\"');
    await expect(compileAfresh(note as HookTaskRecord, record, text)).resolves.toBeDefined();
    await expect(compileAfresh(note as HookTaskRecord, record, other)).rejects.toMatchObject(
      refusal('hook "note": its sources have the SHA-256'),
    );
  });
});
