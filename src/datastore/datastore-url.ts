import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { TackleboxError } from "../errors.ts";

export type DatastoreUrl =
  | { kind: "pglite"; folder: string }
  | { kind: "redis" | "postgres"; url: string; displayUrl: string };

const kinds: Record<string, "redis" | "postgres"> = {
  "redis:": "redis",
  "rediss:": "redis",
  "postgres:": "postgres",
  "postgresql:": "postgres",
};

const expected =
  "expected pglite:<dir>, redis://host:port/number, rediss://…, postgres://user:password@host/database";

/** Reads a datastore URL; throws `DATASTORE_URL` with what is wrong. A folder is taken relative to the working directory. */
export function parseDatastoreUrl(text: string): DatastoreUrl {
  if (text.startsWith("pglite:")) return { kind: "pglite", folder: parseFolder(text) };
  const scheme = /^[a-z]+:/i.exec(text)?.[0].toLowerCase();
  const kind = scheme === undefined ? undefined : kinds[scheme];
  if (kind === undefined) {
    throw refuse(
      maskPassword(text),
      scheme === undefined ? "no scheme" : `the scheme "${scheme}"`,
      "write one of these.",
    );
  }
  if (!URL.canParse(text))
    throw refuse(maskPassword(text), "no address that can be read", "check its spelling.");
  const url = new URL(text);
  if (url.hostname === "" && kind === "redis") throw refuse(text, "no host", "name the host.");
  if (kind === "redis" && !/^\/?\d*$/.test(url.pathname)) {
    throw refuse(
      maskPassword(text),
      `the path "${url.pathname}"`,
      "end a Redis URL with the database number.",
    );
  }
  return { kind, url: text, displayUrl: maskPassword(text) };
}

function parseFolder(text: string): string {
  const folder = text.slice("pglite:".length);
  if (folder === "") throw refuse(text, "no folder", "name one, as in pglite:./data");
  if (folder.startsWith("//")) {
    throw refuse(
      text,
      '"//" before the folder',
      `write pglite:${folder.replace(/^\/+/, folder.startsWith("///") ? "/" : "./")}`,
    );
  }
  if (folder.includes("\0")) throw refuse(JSON.stringify(text), "a zero byte", "name a real folder.");
  return resolve(folder.startsWith("~/") ? join(homedir(), folder.slice(2)) : folder);
}

/** The URL for people and logs: everything between the user name and the `@` is hidden. */
export function maskPassword(text: string): string {
  return text.replace(/^([a-z]+:\/\/[^:@/]*):.*@/i, "$1:***@").replace(/([?&]password=)[^&#]*/i, "$1***");
}

function refuse(url: string, found: string, advice: string): TackleboxError {
  const shown = url.length > 200 ? `${url.slice(0, 200)}…` : url;
  return new TackleboxError(
    "DATASTORE_URL",
    `datastore URL "${shown}": ${found} was found, ${expected}; ${advice}`,
  );
}
