import { describe, expect, it } from "vitest";
import { errorText } from "../../src/errors.ts";
import { createPatientQueryable } from "../../src/datastore/patient-queryable.ts";
import { failureOf } from "./contract.ts";

const refused = Object.assign(new Error("connect ECONNREFUSED ::1:5432"), { code: "ECONNREFUSED" });
/** What Node throws for a name with several addresses; its own message is empty. */
const refusedTwice = new AggregateError([refused, refused, new Error("other address down")]);

/** A database that fails with these errors one after another, then answers. */
function failing(...errors: unknown[]): {
  db: Parameters<typeof createPatientQueryable>[0];
  asked: () => number;
} {
  let count = 0;
  const query = async (): Promise<{ rows: { answer: number }[] }> => {
    const index = count;
    count += 1;
    if (index < errors.length) throw errors[index];
    await Promise.resolve();
    return { rows: [{ answer: 42 }] };
  };
  return { db: { query }, asked: () => count };
}

const options = {
  displayUrl: "postgres://db.example/x",
  outageMs: 10_000,
  closed: new AbortController().signal,
};

describe("query while the server is away", () => {
  it.each([
    ["a refused connection", refused],
    ["refused connections to all addresses of a name", refusedTwice],
    ["a server that shuts down", Object.assign(new Error("terminating connection"), { code: "57P01" })],
    [
      "a server that starts up",
      Object.assign(new Error("the database system is starting up"), { code: "57P03" }),
    ],
    ["a connection cut in the middle", new Error("Connection terminated unexpectedly")],
  ])("is sent again after %s", async (_, error) => {
    const { db, asked } = failing(error, error);
    expect(await createPatientQueryable(db, options).query("select")).toEqual({ rows: [{ answer: 42 }] });
    expect(asked()).toBe(3);
  });

  it.each([
    ["a wrong query", Object.assign(new Error("syntax error"), { code: "42601" })],
    ["an error of this program", new TypeError("x is not a function")],
    ["something that is no error", "oops"],
  ])("is not sent again after %s", async (_, error) => {
    const { db, asked } = failing(error);
    expect(await failureOf(createPatientQueryable(db, options).query("select"))).toBe(error);
    expect(asked()).toBe(1);
  });

  it("ends when the datastore is closed, naming every address once", async () => {
    const closing = new AbortController();
    const { db } = failing(...Array.from({ length: 1000 }, () => refusedTwice));
    const failure = failureOf(
      createPatientQueryable(db, { ...options, closed: closing.signal }).query("select"),
    );
    closing.abort();
    expect(await failure).toMatchObject({ code: "DATASTORE_UNREACHABLE" });
    expect(errorText(await failure)).toBe(
      "datastore postgres://db.example/x: connect ECONNREFUSED ::1:5432 and other address down, expected a server " +
        "that answers; check that it runs and that the URL is right.",
    );
  });
});
