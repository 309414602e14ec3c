import { describe, expect, it } from "vitest";
import { Turns, type Lane } from "../../src/datastore/turns.ts";

/** Lets the named ones ask for a turn while one is taken, and tells in which order they got theirs. */
async function orderOf(asking: [name: string, lane: Lane][]): Promise<string[]> {
  const turns = new Turns();
  const endFirst = await turns.take("later");
  const order: string[] = [];
  const all = asking.map(async ([name, lane]) => {
    const end = await turns.take(lane);
    order.push(name);
    await Promise.resolve();
    end();
  });
  endFirst();
  await Promise.all(all);
  return order;
}

describe("turns", () => {
  it("come first to those who asked first", async () => {
    expect(
      await orderOf([
        ["a", "later"],
        ["b", "later"],
        ["c", "later"],
      ]),
    ).toEqual(["a", "b", "c"]);
  });

  it("come to tasks at work before those who look for new ones", async () => {
    expect(
      await orderOf([
        ["look", "later"],
        ["read", "first"],
        ["write", "first"],
      ]),
    ).toEqual(["read", "write", "look"]);
  });

  it("come to everybody: a waiting one is passed eight times at most", async () => {
    const busy = Array.from({ length: 20 }, (_, index): [string, Lane] => [`${index}`, "first"]);
    const order = await orderOf([["look", "later"], ["look again", "later"], ...busy]);
    expect(order.indexOf("look")).toBe(8);
    expect(order.indexOf("look again")).toBe(17);
  });

  it("are taken at once when nobody has one, and one at a time, however often the end of one is told", async () => {
    const turns = new Turns();
    let atWork = 0;
    let most = 0;
    const work = async (lane: Lane): Promise<void> => {
      const end = await turns.take(lane);
      most = Math.max(most, (atWork += 1));
      await Promise.resolve();
      atWork -= 1;
      end();
      end();
    };
    await work("first");
    await Promise.all([work("later"), work("first"), work("later"), work("first")]);
    expect(most).toBe(1);
  });
});
