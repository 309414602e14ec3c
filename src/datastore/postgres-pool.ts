import { EventEmitter } from "node:events";
import type { PgPool, PgPoolClient, PgQueryResult } from "bullmq";
import { Pool, type PoolClient, type PoolConfig } from "pg";
import { holdNotifications, listenToBull } from "./hold-notifications.ts";
import { bullSchema } from "./sql-migrations.ts";

const queryConnections = 10;
/** Each worker and event stream holds one for as long as it lives; they are opened when needed. */
const sessionConnections = 1000;

/**
 * Two pools behind one. Queries share a few connections; sessions (BullMQ's long-lived LISTEN clients, migrations)
 * come from a second pool, so that many workers in one process cannot use up the connections their own queries need.
 */
export class PostgresPool extends EventEmitter implements PgPool {
  /** Tells BullMQ that a dropped connection is noticed, so that idle workers need not poll. */
  readonly options = { keepAlive: true } as const;
  readonly #queries: Pool;
  readonly #sessions: Pool;
  readonly #prepared = new WeakSet<PoolClient>();

  constructor(url: string, connectTimeoutMs: number) {
    super();
    this.setMaxListeners(0);
    const config: PoolConfig = {
      connectionString: withSearchPath(url),
      connectionTimeoutMillis: connectTimeoutMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      fallback_application_name: "tacklebox",
    };
    this.#queries = new Pool({ ...config, max: queryConnections });
    this.#sessions = new Pool({ ...config, max: sessionConnections });
    for (const pool of [this.#queries, this.#sessions]) {
      // A connection that breaks while it is lent out says so to whoever listens, and nobody may; what is asked on it rejects.
      pool.on("connect", (client) => void client.on("error", () => {}));
      pool.on("error", (error) => {
        if (this.listenerCount("error") > 0) this.emit("error", error);
      });
    }
  }

  async query<Row>(text: string, params?: readonly unknown[]): Promise<PgQueryResult<Row>> {
    const result = await this.#queries.query(
      text,
      params?.map((value) => value),
    );
    return { rows: result.rows as Row[], rowCount: result.rowCount };
  }

  async connect(): Promise<PgPoolClient> {
    const client = await this.#sessions.connect();
    if (!this.#prepared.has(client)) {
      this.#prepared.add(client);
      holdNotifications(client);
      await client.query(listenToBull).catch((error: unknown) => {
        client.release(true);
        throw error;
      });
    }
    return client as unknown as PgPoolClient;
  }

  async end(): Promise<void> {
    await Promise.all([this.#queries.end(), this.#sessions.end()]);
  }
}

/** BullMQ's SQL names its tables without a schema. */
function withSearchPath(url: string): string {
  const target = new URL(url);
  const own = target.searchParams.get("options");
  const searchPath = `-c search_path=${bullSchema}`;
  target.searchParams.set("options", own === null ? searchPath : `${own} ${searchPath}`);
  return target.href;
}
