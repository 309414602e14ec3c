import { TackleboxError } from "../errors.ts";
import type { DocumentStore, JournalStore } from "./datastore.ts";
import { sqlStateOf, type Queryable } from "./queryable.ts";
import { fenced } from "./refusals.ts";
import type { StoredValues } from "./stored-values.ts";

const uniqueViolation = "23505";

/** Journals in a Postgres table; the same code serves `pg` and PGlite. */
export function createSqlJournalStore(db: Queryable): JournalStore {
  const read = async (taskId: string, fromIndex = 0): Promise<Uint8Array[]> => {
    const { rows } = await db.query(
      "select entry from tacklebox.journal where task_id = $1 and ordinal >= $2 order by ordinal",
      [taskId, fromIndex],
    );
    return rows.map((row) => toBytes(row["entry"]));
  };
  return {
    read: async (taskId, fromIndex) => (isText(taskId) ? await read(taskId, fromIndex) : []),
    append: async (taskId, expectedIndex, entries) => {
      if (entries.length === 0) return;
      if (await insertEntries(db, taskId, expectedIndex, entries)) return;
      const kept = await read(taskId, expectedIndex);
      if (startsWith(kept, entries)) return;
      throw fenced(taskId, expectedIndex);
    },
    remove: async (taskId) => {
      await db.query("delete from tacklebox.journal where task_id = $1", [taskId]);
    },
  };
}

/**
 * One statement, so all or none. Two writers that both see the expected length collide on the primary key, and
 * the database lets exactly one of them through.
 */
async function insertEntries(
  db: Queryable,
  taskId: string,
  expectedIndex: number,
  entries: readonly Uint8Array[],
): Promise<boolean> {
  const rows = entries.map((_, offset) => `(${offset}, $${offset + 3}::bytea)`).join(", ");
  const sql =
    "insert into tacklebox.journal (task_id, ordinal, entry) " +
    `select $1::text, $2::integer + added.place, added.entry from (values ${rows}) as added (place, entry) ` +
    "where coalesce((select max(ordinal) + 1 from tacklebox.journal where task_id = $1::text), 0) = $2::integer";
  try {
    const { rowCount } = await db.query(sql, [taskId, expectedIndex, ...entries]);
    return rowCount === entries.length;
  } catch (error) {
    if (sqlStateOf(error) === uniqueViolation) return false;
    throw error;
  }
}

const selectKeys = "select key from tacklebox.document where collection = $1";

/** Named values in a Postgres table. */
export function createSqlDocumentStore(db: Queryable): DocumentStore {
  const get = async (collection: string, key: string): Promise<Uint8Array | null> => {
    if (!isText(key)) return null;
    const { rows } = await db.query(
      "select value from tacklebox.document where collection = $1 and key = $2",
      [collection, key],
    );
    return rows[0] === undefined ? null : toBytes(rows[0]["value"]);
  };
  const insert = "insert into tacklebox.document (collection, key, value) values ($1, $2, $3::bytea) ";
  return {
    get,
    put: async (collection, key, value) => {
      await db.query(`${insert} on conflict (collection, key) do update set value = excluded.value`, [
        collection,
        key,
        value,
      ]);
    },
    putIfAbsent: async (collection, key, value) => {
      const { rowCount } = await db.query(`${insert} on conflict (collection, key) do nothing`, [
        collection,
        key,
        value,
      ]);
      if (rowCount === 1) return true;
      const kept = await get(collection, key);
      return kept !== null && Buffer.compare(kept, value) === 0;
    },
    remove: async (collection, key) => {
      await db.query("delete from tacklebox.document where collection = $1 and key = $2", [collection, key]);
    },
    list: async (collection, { before, limit }) => {
      const { rows } =
        before === undefined
          ? await db.query(`${selectKeys} order by key desc limit $2`, [collection, limit])
          : await db.query(`${selectKeys} and key < $3 order by key desc limit $2`, [
              collection,
              limit,
              before,
            ]);
      return rows.map((row) => String(row["key"]));
    },
  };
}

/** Where the values of both are, for sealing them anew. */
export function createSqlStoredValues(db: Queryable): StoredValues {
  return {
    journals: async function* () {
      for (let last = ""; ;) {
        const { rows } = await db.query(
          "select distinct task_id from tacklebox.journal where task_id > $1 order by task_id limit 500",
          [last],
        );
        const ids = rows.map((row) => String(row["task_id"]));
        yield* ids;
        const next = ids.at(-1);
        if (next === undefined) return;
        last = next;
      }
    },
    collections: async () => {
      const { rows } = await db.query("select distinct collection from tacklebox.document");
      return rows.map((row) => String(row["collection"]));
    },
    replaceEntry: async ({ taskId, index }, { before, after }) => {
      await db.query(
        "update tacklebox.journal set entry = $4::bytea where task_id = $1 and ordinal = $2 and entry = $3::bytea",
        [taskId, index, before, after],
      );
    },
    replaceDocument: async ({ collection, key }, { before, after }) => {
      await db.query(
        "update tacklebox.document set value = $4::bytea where collection = $1 and key = $2 and value = $3::bytea",
        [collection, key, before, after],
      );
    },
  };
}

function startsWith(kept: readonly Uint8Array[], entries: readonly Uint8Array[]): boolean {
  return entries.every((entry, index) => {
    const other = kept[index];
    return other !== undefined && Buffer.compare(other, entry) === 0;
  });
}

/** False for what PostgreSQL's `text` cannot hold, and which therefore names nothing. */
function isText(key: string): boolean {
  return !key.includes("\0");
}

function toBytes(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new TackleboxError(
    "JOURNAL_CORRUPT",
    `datastore: a stored value is ${value === null ? "null" : typeof value}, expected bytes; ` +
      "the tables were changed from outside, restore them from a backup.",
  );
}
