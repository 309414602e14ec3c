import { EventEmitter } from "node:events";
import { setImmediate as afterEvents } from "node:timers/promises";
import type { PGlite } from "@electric-sql/pglite";
import type { PgPool, PgPoolClient, PgQueryResult } from "bullmq";
import type { DiskRoom } from "./disk-room.ts";
import { holdNotifications } from "./hold-notifications.ts";
import { Upkeep } from "./pglite-upkeep.ts";
import type { Queryable } from "./queryable.ts";
import { causeText, full } from "./refusals.ts";
import { Turns, type Lane } from "./turns.ts";

/**
 * A pool of the shape of `pg.Pool` over one PGlite, as far as BullMQ and our SQL stores use one.
 * 1. PGlite is a single session: while a client is inside BEGIN … COMMIT, everybody else waits.
 * 2. A client that is released inside a transaction is rolled back, and the next one goes on.
 * 3. Queries by `express` go before those that wait, so that a task at work is not held up by the queue looking for
 *    more; see `turns.ts`. The others let the events of this process be handled first: PGlite computes on this very
 *    thread, and one query after another would keep it from hearing what sandboxes say.
 * 4. A notification reaches every client; BullMQ filters by channel.
 * 5. Nothing is begun that may write while the disk has too little room; what only reads goes on (`disk-room.ts`).
 * 6. A database that has stopped for good (a PANIC) is not touched any more: PGlite would spin on the next query.
 */
export interface PglitePool extends PgPool {
  /** Tells BullMQ that this connection cannot drop unnoticed, so that idle workers need not poll. */
  readonly options: { keepAlive: true };
  readonly express: Queryable;
  /** False once the database has stopped for good. */
  readonly isUsable: boolean;
}

export interface PglitePoolOptions {
  displayUrl: string;
  room: DiskRoom;
}

type Run = <Row>(text: string, params?: readonly unknown[]) => Promise<PgQueryResult<Row>>;

/** Without options for a database that is only being made. */
export function createPglitePool(db: PGlite, options: PglitePoolOptions | null = null): PglitePool {
  return new InProcessPool(db, options);
}

class InProcessPool extends EventEmitter implements PglitePool {
  readonly options = { keepAlive: true } as const;
  readonly express: Queryable = { query: (text, params) => this.#queryInTurn("first", text, params) };
  readonly #clients = new Set<InProcessClient>();
  readonly #db: PGlite;
  readonly #options: PglitePoolOptions | null;
  readonly #upkeep: Upkeep;
  readonly #turns = new Turns();
  #upkeepDone: Promise<void> = Promise.resolve();
  #stopped: Error | null = null;
  #ended = false;

  constructor(db: PGlite, options: PglitePoolOptions | null) {
    super();
    this.#db = db;
    this.#options = options;
    this.#upkeep = new Upkeep(db);
    // Each queue, worker and event stream adds a listener to its pool.
    this.setMaxListeners(0);
    db.onNotification((channel, payload) => {
      for (const client of this.#clients) client.emit("notification", { channel, payload });
    });
  }

  query<Row>(text: string, params?: readonly unknown[]): Promise<PgQueryResult<Row>> {
    return this.#queryInTurn("later", text, params);
  }

  get isUsable(): boolean {
    return this.#stopped === null;
  }

  async #takeTurn(lane: Lane): Promise<() => void> {
    if (lane === "later") await afterEvents();
    return await this.#turns.take(lane);
  }

  async #waitForRoom(): Promise<void> {
    if (!this.#ended) await this.#options?.room.wait();
  }

  async #queryInTurn<Row>(
    lane: Lane,
    text: string,
    params?: readonly unknown[],
  ): Promise<PgQueryResult<Row>> {
    // Our own stores, which have this lane, read with a plain select; BullMQ's selects call functions that write.
    if (lane === "later" || !text.startsWith("select")) await this.#waitForRoom();
    const endTurn = await this.#takeTurn(lane);
    try {
      return await this.#run<Row>(text, params);
    } finally {
      if (this.#isInTransaction()) await this.#db.exec("rollback");
      endTurn();
    }
  }

  /** In a turn of its own, so that no query is answered later for it. */
  async #keepUp(): Promise<void> {
    const endTurn = await this.#takeTurn("later");
    try {
      if (this.#ended || this.#stopped !== null || this.#options?.room.isTight !== false) return;
      await this.#upkeep.run();
    } catch (error) {
      this.#stopped = stoppedBy(error, this.#options);
    } finally {
      endTurn();
    }
  }

  connect(): Promise<PgPoolClient> {
    const client = new InProcessClient({
      run: this.#run,
      takeTurn: async () => {
        await this.#waitForRoom();
        return await this.#takeTurn("later");
      },
      isInTransaction: () => this.#isInTransaction(),
      onRelease: (released) => this.#clients.delete(released),
    });
    holdNotifications(client);
    this.#clients.add(client);
    return Promise.resolve(client);
  }

  async end(): Promise<void> {
    await Promise.all([...this.#clients].map((client) => client.leave()));
    await this.#upkeepDone;
    this.#ended = true;
  }

  /** A query that waited for its turn may find the database closed. */
  #isInTransaction(): boolean {
    return this.#stopped === null && !this.#db.closed && this.#db.isInTransaction();
  }

  readonly #run: Run = async <Row>(text: string, params?: readonly unknown[]) => {
    // BullMQ recognises this very wording as a late call during shutdown.
    if (this.#ended) throw new Error("Cannot use a pool after calling end on the pool");
    if (this.#stopped !== null) throw this.#stopped;
    if (this.#upkeep.isDue()) this.#upkeepDone = this.#keepUp();
    try {
      return await this.#send<Row>(text, params);
    } catch (error) {
      this.#stopped = stoppedBy(error, this.#options);
      throw this.#stopped ?? error;
    }
  };

  async #send<Row>(text: string, params?: readonly unknown[]): Promise<PgQueryResult<Row>> {
    if (params === undefined || params.length === 0) {
      const results = await this.#db.exec(text);
      const last = results.at(-1);
      return { rows: (last?.rows ?? []) as Row[], rowCount: last?.rowCount ?? 0 };
    }
    const bound = params.map((value) => (value === undefined ? null : value));
    const { rows, rowCount, affectedRows } = await this.#db.query<Row>(text, bound);
    return { rows, rowCount: rowCount ?? affectedRows ?? 0 };
  }
}

/** What to say from now on when that error has stopped the database for good; null when it has not. */
function stoppedBy(error: unknown, options: PglitePoolOptions | null): Error | null {
  const { severity } = error as { severity?: unknown };
  if (options === null || (severity !== "PANIC" && severity !== "FATAL")) return null;
  return full(options.displayUrl, `its database has stopped (${causeText(error)})`, {
    advice: "free space on its disk, then start tacklebox again; what was acknowledged is kept.",
    cause: error,
  });
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
