import { describe, expect, it } from "vitest";
import { createDeliveryOrder } from "../../src/runtime/delivery-order.ts";

/** An order that names what it has delivered; `add` gives what is to be called when that one is kept. */
function opened(mostAhead: number) {
  const delivered: string[] = [];
  const order = createDeliveryOrder(mostAhead);
  const add = (name: string, isKnown: boolean): (() => void) =>
    order.add({ isKnown, deliver: () => void delivered.push(name) });
  return { delivered, add };
}

describe("the order of completions", () => {
  it("is that in which they are kept; a result waits until it is", () => {
    const { delivered, add } = opened(8);
    const first = add("first", false);
    const second = add("second", false);
    expect(delivered).toEqual([]);
    first();
    expect(delivered).toEqual(["first"]);
    second();
    expect(delivered).toEqual(["first", "second"]);
  });

  it("lets what is known beforehand go while it is written", () => {
    const { delivered, add } = opened(8);
    const kept = add("known", true);
    expect(delivered).toEqual(["known"]);
    kept();
    expect(delivered).toEqual(["known"]);
  });

  it("lets nothing known go before a result that was there earlier", () => {
    const { delivered, add } = opened(8);
    const result = add("result", false);
    const known = add("known", true);
    expect(delivered).toEqual([]);
    result();
    expect(delivered).toEqual(["result", "known"]);
    known();
    expect(delivered).toEqual(["result", "known"]);
  });

  it("has so many ahead of the journal and no more, each time", () => {
    const { delivered, add } = opened(2);
    const kept = ["a", "b", "c", "d", "e"].map((name) => add(name, true));
    expect(delivered).toEqual(["a", "b"]);
    for (const [index, expected] of [3, 4, 5, 5, 5].entries()) {
      kept[index]?.();
      expect(delivered).toHaveLength(expected);
    }
    add("f", true);
    add("g", true);
    add("h", true);
    expect(delivered.slice(5)).toEqual(["f", "g"]);
  });

  it("goes on where one is delivered by the keeping of another", () => {
    const { delivered, add } = opened(1);
    const result = add("result", false);
    const known = ["a", "b"].map((name) => add(name, true));
    result();
    expect(delivered).toEqual(["result", "a"]);
    known[0]?.();
    expect(delivered).toEqual(["result", "a", "b"]);
  });
});
