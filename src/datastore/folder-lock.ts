import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { TackleboxError, errorText, type ErrorCode } from "../errors.ts";

const sqliteBusy = 5;

/** Names of what the lock leaves in the folder. */
export const lockFiles = ["lock", "lock-journal", "holder.json"] as const;

/** What a folder is for, as its errors say it. */
export interface FolderUse {
  name: string;
  unusable: ErrorCode;
  locked: ErrorCode;
  /** What to do in place of using this folder. */
  elsewhere: string;
  /** Ends what is said when another process has it. */
  hint: string;
}

const datastoreUse: FolderUse = {
  name: "datastore folder",
  unusable: "DATASTORE_FOLDER",
  locked: "DATASTORE_LOCKED",
  elsewhere: "choose another folder",
  hint: " Several workers need redis:// or postgres://.",
};

export interface FolderLock {
  /** Gives the folder up; another process may open it. Safe to call twice. */
  release(): void;
}

/**
 * Takes a folder for this process alone, or throws `DATASTORE_LOCKED`, for another use the code that one has.
 *
 * The lock is one of the operating system, on the file `lock`: it ends with the process, however that dies, so
 * there is no stale lock to take over and no process id to misread, also between containers that share the
 * folder. Node offers file locks only through SQLite, which is why the file is opened as a database.
 * `holder.json` only tells people who has it.
 */
export function lockFolder(folder: string, use: FolderUse = datastoreUse): FolderLock {
  const database = openLockFile(folder, use);
  try {
    database.exec("begin exclusive");
  } catch (error) {
    database.close();
    if ((error as { errcode?: unknown }).errcode === sqliteBusy) throw locked(folder, use);
    throw new TackleboxError(
      use.unusable,
      `${use.name} ${folder}: it cannot be locked (${errorText(error)}), but two processes in one folder ` +
        "would destroy its data; use a folder on a local disk.",
      { cause: error },
    );
  }
  const holder = join(folder, "holder.json");
  writeFileSync(holder, `${JSON.stringify({ pid: process.pid, since: new Date().toISOString() })}\n`);
  return {
    release: () => {
      if (!database.isOpen) return;
      rmSync(holder, { force: true });
      database.close();
    },
  };
}

function openLockFile(folder: string, use: FolderUse): DatabaseSync {
  try {
    return new DatabaseSync(join(folder, "lock"), { timeout: 0 });
  } catch (error) {
    throw new TackleboxError(
      use.unusable,
      `${use.name} ${folder}: no file can be made in it (${errorText(error)}), expected a folder this user ` +
        `can write; change its owner or permissions, or ${use.elsewhere}.`,
      { cause: error },
    );
  }
}

function locked(folder: string, use: FolderUse): TackleboxError {
  const holder = readHolder(folder);
  const self = holder?.pid === process.pid ? " (this very process)" : "";
  const who = holder === null ? "another process" : `process ${holder.pid}${self}, since ${holder.since},`;
  return new TackleboxError(
    use.locked,
    `${use.name} ${folder}: ${who} has it open, but only one process may; stop that one, or ${use.elsewhere}.${use.hint}`,
  );
}

function readHolder(folder: string): { pid: number; since: string } | null {
  try {
    const holder = JSON.parse(readFileSync(join(folder, "holder.json"), "utf8")) as Record<string, unknown>;
    const { pid, since } = holder;
    return typeof pid === "number" && typeof since === "string" ? { pid, since } : null;
  } catch {
    return null;
  }
}
