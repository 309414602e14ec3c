import { describe, expect, it } from "vitest";
import { createRedactor } from "../../src/install/redact-secrets.ts";
import type { HookInput } from "../../src/schema/install-script.ts";

const question = (id: string, type: "text" | "password"): HookInput => ({
  type: "question",
  id,
  question: { question: id, type, key: id },
});
const signIn = {
  type: "oauth",
  id: "plex",
  name: "Plex",
  provider: "plex",
  flow: { type: "pin", pinUrl: "", authUrl: "", pollUrl: "", clientId: "", tokenField: "authToken" },
} satisfies HookInput;

describe("secrets among a hook's inputs", () => {
  const redact = createRedactor([signIn, question("pass", "password"), question("name", "text")], {
    plex: { authToken: "tok/en+1", nested: ["second-token"] },
    pass: 'pa"ss word',
    name: "Movies",
  });

  it("are taken out wherever they stand, also as a web address or JSON has them", () => {
    expect(redact("got tok/en+1!")).toBe("got •••!");
    expect(redact("GET /?t=tok%2Fen%2B1")).toBe("GET /?t=•••");
    expect(redact(JSON.stringify({ pass: 'pa"ss word' }))).toBe('{"pass":"•••"}');
    expect(redact("second-token and second-token")).toBe("••• and •••");
  });

  it("are taken out as a form has them, and from Base64 wherever they begin there", () => {
    const secret = createRedactor([question("pass", "password")], { pass: "my pass!word 99" });
    expect(secret(new URLSearchParams({ p: "my pass!word 99" }).toString())).toBe("p=•••");
    for (const before of ["", "u:", "us:", "use:"]) {
      const shown = secret(`Basic ${btoa(`${before}my pass!word 99 and more`)}`);
      expect(shown).toContain("•••");
      const [left = ""] = shown.slice("Basic ".length).split("•••");
      expect(atob(left)).not.toContain("my pass");
    }
    expect(secret(btoa("something else altogether"))).toBe(btoa("something else altogether"));
  });

  it("are not what the user may see: answers to other questions stay", () => {
    expect(redact("library Movies")).toBe("library Movies");
  });

  it("that are too short to tell apart are left", () => {
    expect(createRedactor([question("pin", "password")], { pin: "12" })("12 apples")).toBe("12 apples");
  });

  it("are taken out whole when one is part of another", () => {
    const both = createRedactor([question("a", "password"), question("b", "password")], {
      a: "secret",
      b: "secret-long",
    });
    expect(both("it is secret-long")).toBe("it is •••");
  });
});
