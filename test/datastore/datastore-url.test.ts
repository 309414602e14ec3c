import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { errorText } from "../../src/errors.ts";
import { maskPassword, parseDatastoreUrl } from "../../src/datastore/datastore-url.ts";

describe("datastore URL", () => {
  it("names a folder relative to the working directory", () => {
    expect(parseDatastoreUrl("pglite:./data")).toEqual({ kind: "pglite", folder: resolve("data") });
    expect(parseDatastoreUrl("pglite:/srv/tacklebox")).toEqual({ kind: "pglite", folder: "/srv/tacklebox" });
    expect(parseDatastoreUrl("pglite:~/box")).toEqual({ kind: "pglite", folder: join(homedir(), "box") });
  });

  it.each([
    ["redis://localhost:6379/3", "redis"],
    ["rediss://user:secret@cache.example", "redis"],
    ["postgres://user:secret@db.example/tasks", "postgres"],
    ["postgresql://db.example/tasks", "postgres"],
  ])("tells the kind of %s by its scheme", (url, kind) => {
    expect(parseDatastoreUrl(url)).toMatchObject({ kind, url });
  });

  it.each([
    ["", "no scheme"],
    ["./data", "no scheme"],
    ["mysql://db.example/tasks", 'the scheme "mysql:"'],
    ["pglite:", "no folder"],
    ["pglite://data", '"//" before the folder'],
    ["pglite:a\0b", "a zero byte"],
    ["redis://", "no host"],
    ["redis://cache.example/tasks", 'the path "/tasks"'],
    ["postgres://db.example:port/x", "no address that can be read"],
  ])("refuses %j, naming what was found and what would do", (url, found) => {
    expect(() => parseDatastoreUrl(url)).toThrow(
      expect.objectContaining({
        code: "DATASTORE_URL",
        message: expect.stringMatching(
          new RegExp(
            `^datastore URL ".*": ${escape(found)} was found, expected pglite:<dir>, redis://.*; .+`,
          ),
        ),
      }),
    );
  });

  it("offers the folder without the slashes", () => {
    expect(() => parseDatastoreUrl("pglite://data")).toThrow("write pglite:./data");
    expect(() => parseDatastoreUrl("pglite:///srv/data")).toThrow("write pglite:/srv/data");
  });

  it("never shows a password", () => {
    expect(maskPassword("postgres://me:s3cr@t@db.example/x")).toBe("postgres://me:***@db.example/x");
    expect(maskPassword("redis://:s3cret@cache.example")).toBe("redis://:***@cache.example");
    expect(maskPassword("postgres://db/x?user=me&password=s3cret&a=1")).toBe(
      "postgres://db/x?user=me&password=***&a=1",
    );
    for (const url of ["postgres://me:s3cret@db.example:port/x", "mysql://me:s3cret@db.example/x"]) {
      expect(refusalOf(url)).toMatch(/^datastore URL "/);
      expect(refusalOf(url)).not.toContain("s3cret");
    }
  });
});

function refusalOf(url: string): string {
  try {
    parseDatastoreUrl(url);
    return "";
  } catch (error) {
    return errorText(error);
  }
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
