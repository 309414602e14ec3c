/** The little of a Postgres connection that the SQL stores need; `pg` and PGlite both fit behind it. */
export interface Queryable {
  query(sql: string, params?: readonly unknown[]): Promise<QueryAnswer>;
}

export interface QueryAnswer {
  rows: Record<string, unknown>[];
  /** Rows changed by an insert, update or delete. */
  rowCount?: number | null;
}

/** One session of a pool, for a transaction. */
export interface QueryableClient extends Queryable {
  release(): void;
}

/** The SQLSTATE code of a thrown value, when it is an error of Postgres. */
export function sqlStateOf(error: unknown): string | null {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) ? code : null;
}
