import { describe, expect, test } from "vitest";
import { runBoth } from "./same-as-node.ts";
import { webSnippets } from "./web-snippets.ts";

describe("web globals behave as Node's own", () => {
  test.each(Object.keys(webSnippets))("%s", async (name) => {
    const { node, guest } = await runBoth(webSnippets[name] ?? []);
    expect(guest).toEqual(node);
  });
});
