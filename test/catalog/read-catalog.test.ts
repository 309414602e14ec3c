import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createCatalogLister, type CatalogEntry } from "../../src/catalog/read-catalog.ts";
import * as compiling from "../../src/install/compile-declared.ts";
import type { ReachSurroundings } from "../../src/install/hook-views.ts";
import { resolveNetworkLimits } from "../../src/network/network-limits.ts";
import { openBox } from "../support/box.ts";
import { goodFlow } from "../schema/check.ts";

const around: ReachSurroundings = {
  facts: {
    lanIp: "192.168.1.5",
    hostId: "host",
    memoryMb: 4096,
    locations: {},
    gpus: [],
    installedApps: [],
    managementPorts: [443],
  },
  apps: [],
  network: {
    allowOtherApps: false,
    allow: ["mirror.example"],
    originMap: [],
    deniedPorts: [],
    limits: resolveNetworkLimits({}),
    createClient: () => {
      throw new Error("nothing is requested");
    },
  },
};

const source = 'import { name } from "./name.ts";\nexport async function run() {\n  return name;\n}\n';
const script = {
  version: 5,
  custom: true,
  internal: true,
  script: { version: "1.0.0" },
  metadata: { name: "Shelf", description: "Books", icon: "shelf.svg", version: "2.0.0" },
  requirements: { ports: [8080] },
  installation_questions: [{ question: "Where?", key: "where", type: "text" }],
  hooks: [
    {
      id: "setup",
      event: "onAfterInstall",
      entrypoint: "run",
      script: "shelf/hook.ts",
      description: "Sets up",
      condition: { toVersionRange: ">= 1" },
      retries: 2,
      labels: { tier: "media" },
      inputs: [{ type: "oauth", id: "login", name: "Sign in", provider: "plex", flow: goodFlow }],
      userOptional: { label: "Set it up", default: false },
    },
  ],
};

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "tacklebox-listed-"));
  await mkdir(join(root, "shelf"));
  await put("shelf.json", script);
  await put("shelf/hook.ts", source);
  await put("shelf/name.ts", 'export const name = "shelf";\n');
});
afterEach(async () => await rm(root, { recursive: true }));

const put = (path: string, content: unknown): Promise<void> =>
  writeFile(join(root, path), typeof content === "string" ? content : JSON.stringify(content));

const listed = (): Promise<CatalogEntry[]> => createCatalogLister().list(root, around);

describe("the list of a catalog", () => {
  it("has each script with what a store shows of it, its hooks, and what each may reach", async () => {
    const [shelf, ...others] = await listed();
    expect(others).toEqual([]);
    expect(shelf).toMatchObject({
      script: "shelf.json",
      title: "Shelf",
      description: "Books",
      icon: "shelf.svg",
      version: "2.0.0",
      custom: true,
      internal: true,
      questions: [{ key: "where" }],
      problems: [],
      lock: null,
    });
    expect(shelf?.hooks).toMatchObject([
      {
        id: "setup",
        event: "onAfterInstall",
        description: "Sets up",
        optional: false,
        userOptional: { label: "Set it up", description: null, default: false, link: null },
        condition: { fromVersionRange: null, toVersionRange: ">= 1" },
        inputs: [{ id: "login", type: "oauth", title: "Sign in" }],
        timeout: 300,
        retries: 2,
        labels: { tier: "media" },
        annotations: {},
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        mayReach: [
          { rule: "app", what: "192.168.1.5:8080" },
          { rule: "sign-in", what: "https://plex.tv" },
          { rule: "sign-in", what: "https://app.plex.tv" },
          { rule: "admin", what: "mirror.example" },
        ],
      },
    ]);
    expect(JSON.parse(JSON.stringify(shelf))).toEqual(shelf);
  });

  it("looks into folders, and passes by what is no script, hidden folders, and links", async () => {
    await mkdir(join(root, "more"));
    await mkdir(join(root, "_lib"));
    await put("more/notes.json", { version: 5 });
    await put("_lib/hidden.json", { version: 5 });
    await put("package.json", { name: "catalog" });
    const outside = await mkdtemp(join(tmpdir(), "tacklebox-outside-"));
    await writeFile(
      join(outside, "secret.json"),
      JSON.stringify({ version: 5, metadata: { name: "secret" } }),
    );
    await symlink(outside, join(root, "linked"));
    await symlink(join(outside, "secret.json"), join(root, "linked.json"));
    const entries = await listed();
    await rm(outside, { recursive: true });
    expect(entries.map((entry) => [entry.script, entry.title, entry.version])).toEqual([
      ["more/notes.json", "notes", null],
      ["shelf.json", "Shelf", "2.0.0"],
    ]);
  });

  it("shows what is wrong with a script, with a hook's code, and with a file that is no text", async () => {
    await put("broken.json", '{ "version": 5, "hooks": [{}] }');
    await put("bytes.json", "");
    await writeFile(join(root, "bytes.json"), new Uint8Array([0xff, 0xfe, 0x00]));
    await put("shelf/name.ts", "export const name = ;\n");
    const entries = await listed();
    const shown = entries.map(({ script: name, title, hooks, problems }) => [
      name,
      title,
      hooks.length,
      problems[0]?.code,
    ]);
    expect(shown).toEqual([
      ["broken.json", "broken", 0, "HOOK_SOURCE"],
      ["bytes.json", "bytes", 0, "JSON_SYNTAX"],
      ["shelf.json", "Shelf", 1, "HOOK_SYNTAX"],
    ]);
    expect(entries[2]?.problems[0]).toMatchObject({ file: "shelf/name.ts", line: 1 });
    expect(entries[2]?.hooks[0]?.sha256).toBeNull();
  });

  it("says how each script stands to the lock file, and is refused where that is damaged", async () => {
    const sha256 = (await listed())[0]?.hooks[0]?.sha256 ?? "";
    const { sha256Hex } = await import("../../src/compile/catalog-reader.ts");
    const text = await readFile(join(root, "shelf.json"), "utf8");
    const locked = { sha256: sha256Hex(text), hooks: { setup: { sha256, sources: {} } } };
    await put("tacklebox.lock.json", { format: 1, scripts: { "shelf.json": locked } });
    await put("new.json", { version: 5 });
    const stands = async (): Promise<unknown[]> =>
      (await listed()).map(({ script: name, lock }) => [name, lock]);
    expect(await stands()).toEqual([
      ["new.json", "unlisted"],
      ["shelf.json", "as-locked"],
    ]);
    await put("shelf/name.ts", 'export const name = "other";\n');
    expect(await stands()).toContainEqual(["shelf.json", "changed"]);
    await put("tacklebox.lock.json", "{");
    await expect(listed()).rejects.toMatchObject({ code: "LOCK_FILE" });
  });

  it("does not read again what has not changed, and reads what has", async () => {
    const compile = vi.spyOn(compiling, "compileDeclared");
    const lister = createCatalogLister();
    const read = async (): Promise<{ entries: CatalogEntry[]; compiled: number }> => {
      compile.mockClear();
      const entries = await lister.list(root, around);
      return { entries, compiled: compile.mock.calls.length };
    };
    const first = await read();
    expect(await read()).toEqual({ entries: first.entries, compiled: 0 });
    await put("shelf/name.ts", 'export const name = "another";\n');
    const second = await read();
    expect(second.entries[0]?.hooks[0]?.sha256).not.toBe(first.entries[0]?.hooks[0]?.sha256);
    // Something new in a folder may take the place of a file.
    await put("shelf/more.ts", "");
    expect((await read()).compiled).toBe(1);
    expect((await read()).compiled).toBe(0);
    await rm(join(root, "shelf.json"));
    expect((await read()).entries).toEqual([]);
    compile.mockRestore();
  });

  it("is refused for a folder that is not there", async () => {
    await expect(createCatalogLister().list(join(root, "none"), around)).rejects.toMatchObject({
      code: "FILE_UNREADABLE",
      message: expect.stringContaining("expected a folder; check its path"),
    });
  });

  it("of the example catalog is good and as it was locked", async () => {
    const box = await openBox();
    const entries = await box.tacklebox.listCatalog(join(import.meta.dirname, "../../catalog-example"));
    await box.close();
    expect(entries).toHaveLength(8);
    expect(entries.flatMap(({ problems }) => problems)).toEqual([]);
    expect(new Set(entries.map(({ lock }) => lock))).toEqual(new Set(["as-locked"]));
    expect(entries.flatMap(({ hooks }) => hooks).filter(({ sha256 }) => sha256 === null)).toEqual([]);
  });
});
