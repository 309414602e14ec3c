import type { PGlite } from "@electric-sql/pglite";

/** The log is cut, and what was overwritten given free, each time the log has grown by so much. */
const logBytes = 16 * 1024 * 1024;
/** How many queries go by before the log's size is asked for again. */
const queriesBetween = 200;

/**
 * Does what a Postgres server has processes of its own for, the checkpointer and autovacuum: PGlite has neither, so
 * its log and its tables would grow for as long as the process lives.
 */
export class Upkeep {
  private readonly db: PGlite;
  private queries = 0;

  constructor(db: PGlite) {
    this.db = db;
  }

  /** Told of each query; true when it is time to look. */
  isDue(): boolean {
    this.queries += 1;
    if (this.queries < queriesBetween) return false;
    this.queries = 0;
    return true;
  }

  /** To be called while nobody else uses the database, outside of transactions. */
  async run(): Promise<void> {
    const { rows } = await this.db.query<{ bytes: number }>(
      "select pg_wal_lsn_diff(pg_current_wal_lsn(), (select redo_lsn from pg_control_checkpoint()))::float8 as bytes",
    );
    if ((rows[0]?.bytes ?? 0) < logBytes) return;
    await this.db.exec("vacuum");
    await this.db.exec("checkpoint");
  }
}
