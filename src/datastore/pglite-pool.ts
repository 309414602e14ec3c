import { EventEmitter } from "node:events";
import { setImmediate as afterEvents } from "node:timers/promises";
import type { PGlite } from "@electric-sql/pglite";
import type { PgPool, PgPoolClient, PgQueryResult } from "bullmq";
import { holdNotifications } from "./hold-notifications.ts";
import type { Queryable } from "./queryable.ts";
import { Turns, type Lane } from "./turns.ts";

/**
 * A pool of the shape of `pg.Pool` over one PGlite, as far as BullMQ and our SQL stores use one.
 * 1. PGlite is a single session: while a client is inside BEGIN … COMMIT, everybody else waits.
 * 2. A client that is released inside a transaction is rolled back, and the next one goes on.
 * 3. Queries by `express` go before those that wait, so that a task at work is not held up by the queue looking for
 *    more; see `turns.ts`. The others let the events of this process be handled first: PGlite computes on this very
 *    thread, and one query after another would keep it from hearing what sandboxes say.
 * 4. A notification reaches every client; BullMQ filters by channel.
 */
export interface PglitePool extends PgPool {
  /** Tells BullMQ that this connection cannot drop unnoticed, so that idle workers need not poll. */
  readonly options: { keepAlive: true };
  readonly express: Queryable;
}

type Run = <Row>(text: string, params?: readonly unknown[]) => Promise<PgQueryResult<Row>>;

export function createPglitePool(db: PGlite): PglitePool {
  return new InProcessPool(db);
}

class InProcessPool extends EventEmitter implements PglitePool {
  readonly options = { keepAlive: true } as const;
  readonly express: Queryable = { query: (text, params) => this.#queryInTurn("first", text, params) };
  readonly #clients = new Set<InProcessClient>();
  readonly #db: PGlite;
  readonly #turns = new Turns();
  #ended = false;

  constructor(db: PGlite) {
    super();
    this.#db = db;
    // Each queue, worker and event stream adds a listener to its pool.
    this.setMaxListeners(0);
    db.onNotification((channel, payload) => {
      for (const client of this.#clients) client.emit("notification", { channel, payload });
    });
  }

  query<Row>(text: string, params?: readonly unknown[]): Promise<PgQueryResult<Row>> {
    return this.#queryInTurn("later", text, params);
  }

  async #takeTurn(lane: Lane): Promise<() => void> {
    if (lane === "later") await afterEvents();
    return await this.#turns.take(lane);
  }

  async #queryInTurn<Row>(
    lane: Lane,
    text: string,
    params?: readonly unknown[],
  ): Promise<PgQueryResult<Row>> {
    const endTurn = await this.#takeTurn(lane);
    try {
      return await this.#run<Row>(text, params);
    } finally {
      if (this.#isInTransaction()) await this.#db.exec("rollback");
      endTurn();
    }
  }

  connect(): Promise<PgPoolClient> {
    const client = new InProcessClient({
      run: this.#run,
      takeTurn: () => this.#takeTurn("later"),
      isInTransaction: () => this.#isInTransaction(),
      onRelease: (released) => this.#clients.delete(released),
    });
    holdNotifications(client);
    this.#clients.add(client);
    return Promise.resolve(client);
  }

  async end(): Promise<void> {
    await Promise.all([...this.#clients].map((client) => client.leave()));
    this.#ended = true;
  }

  /** A query that waited for its turn may find the database closed. */
  #isInTransaction(): boolean {
    return !this.#db.closed && this.#db.isInTransaction();
  }

  readonly #run: Run = async <Row>(text: string, params?: readonly unknown[]) => {
    // BullMQ recognises this very wording as a late call during shutdown.
    if (this.#ended) throw new Error("Cannot use a pool after calling end on the pool");
    if (params === undefined || params.length === 0) {
      const results = await this.#db.exec(text);
      const last = results.at(-1);
      return { rows: (last?.rows ?? []) as Row[], rowCount: last?.rowCount ?? 0 };
    }
    const bound = params.map((value) => (value === undefined ? null : value));
    const { rows, rowCount, affectedRows } = await this.#db.query<Row>(text, bound);
    return { rows, rowCount: rowCount ?? affectedRows ?? 0 };
  };
}

interface ClientOptions {
  run: Run;
  takeTurn: () => Promise<() => void>;
  isInTransaction: () => boolean;
  onRelease: (client: InProcessClient) => void;
}

class InProcessClient extends EventEmitter implements PgPoolClient {
  readonly #options: ClientOptions;
  #endTurn: (() => void) | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: ClientOptions) {
    super();
    this.#options = options;
    this.setMaxListeners(0);
  }

  query<Row>(text: string, params?: readonly unknown[]): Promise<PgQueryResult<Row>> {
    const answer = this.#last.then(() => this.#queryInTurn<Row>(text, params));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  release(): void {
    void this.leave();
  }

  /** Gives up the turn, rolling back what is unfinished. */
  async leave(): Promise<void> {
    this.#options.onRelease(this);
    await this.#last;
    if (this.#endTurn === null) return;
    await this.query("rollback").catch(() => undefined);
  }

  async #queryInTurn<Row>(text: string, params?: readonly unknown[]): Promise<PgQueryResult<Row>> {
    this.#endTurn ??= await this.#options.takeTurn();
    try {
      return await this.#options.run<Row>(text, params);
    } finally {
      if (!this.#options.isInTransaction()) {
        this.#endTurn();
        this.#endTurn = null;
      }
    }
  }
}
