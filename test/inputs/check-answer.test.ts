import { describe, expect, it } from "vitest";
import { checkAnswer, checkAnswers, checkDefault, checkInput } from "../../src/inputs/check-answer.ts";
import type { JsonValue } from "../../src/json.ts";
import type { OAuthInput, Question, QuestionInput } from "../../src/schema/install-script.ts";

const question = (part: Partial<Question>): Question => ({
  question: "Library Name",
  key: "name",
  type: "text",
  ...part,
});

const genres = [
  { text: "Movies", value: "movies" },
  { text: "Port", value: 80 },
  { text: "Yes", value: true },
  { text: "Both", value: { a: 1 } },
];

const oauth: OAuthInput = {
  type: "oauth",
  id: "plex_login",
  name: "Sign in to Plex",
  provider: "plex",
  flow: { type: "pin", pinUrl: "", authUrl: "", pollUrl: "", clientId: "c", tokenField: "authToken" },
};

describe("an answer is made into the question's type", () => {
  it.each<[Partial<Question>, JsonValue, JsonValue]>([
    [{}, "Movies", "Movies"],
    [{}, "", ""],
    [{}, 8080, "8080"],
    [{}, "  kept as typed ", "  kept as typed "],
    [{ type: "password" }, "secret", "secret"],
    [{ type: "number" }, 8080, 8080],
    [{ type: "number" }, "8080", 8080],
    [{ type: "number" }, " -1.5e2 ", -150],
    [{ type: "number" }, 0, 0],
    [{ type: "number" }, "", null],
    [{ type: "boolean" }, true, true],
    [{ type: "boolean" }, false, false],
    [{ type: "boolean" }, "True", true],
    [{ type: "boolean" }, "False", false],
    [{ type: "boolean" }, " yes ", true],
    [{ type: "boolean" }, "NO", false],
    [{ type: "select", options: genres }, "movies", "movies"],
    [{ type: "select", options: genres }, 80, 80],
    [{ type: "select", options: genres }, "80", 80],
    [{ type: "select", options: genres }, "true", true],
    [{ type: "select", options: genres }, { a: 1 }, { a: 1 }],
    [{ type: "select", options: genres }, "", null],
  ])("%j takes %j as %j", (part, answer, value) => {
    expect(checkAnswer(question(part), answer)).toEqual({ ok: true, value });
  });
});

describe("an answer that does not fit is refused with what was expected", () => {
  it.each<[Partial<Question>, JsonValue, string]>([
    [{}, true, '"Library Name" (name): true is not accepted; expected a text.'],
    [{}, ["a"], '["a"] is not accepted'],
    [{}, "x".repeat(65_537), "longer than 65536 characters"],
    [{ type: "number" }, "80a", '"80a" is not accepted; expected a number such as 8080.'],
    [{ type: "number" }, "0x10", "expected a number"],
    [{ type: "number" }, "1e999", "expected a number"],
    [{ type: "number" }, true, "expected a number"],
    [{ type: "boolean" }, "maybe", "expected true or false"],
    [{ type: "boolean" }, 1, "expected true or false"],
    [{ type: "select", options: genres }, "Movies", 'expected one of "movies", 80, true, {"a":1}.'],
    [{ type: "select", options: genres }, "[object Object]", "expected one of"],
    [{ type: "select" }, "x", "expected one of"],
    [{ type: "text", required: true }, "", "this question must be answered"],
    [{ type: "number", required: true }, "", "this question must be answered"],
    [{ type: "password", required: true }, "", "this question must be answered"],
    [{ type: "select", required: true, options: genres }, "", "this question must be answered"],
    [{ type: "boolean", required: true }, "", "this question must be answered"],
  ])("%j does not take %j", (part, answer, message) => {
    const isMissing = message.includes("must be answered");
    expect(checkAnswer(question(part), answer)).toEqual({
      ok: false,
      code: isMissing ? "INPUT_REQUIRED" : "INPUT_INVALID",
      message: expect.stringContaining(message),
    });
  });

  it("a password is not repeated", () => {
    const check = checkAnswer(question({ type: "password" }), ["secret"]);
    expect(check).toMatchObject({ ok: false, message: expect.not.stringContaining("secret") });
  });
});

describe("without an answer", () => {
  it.each<[Partial<Question>, JsonValue]>([
    [{ default: "Movies" }, "Movies"],
    [{ type: "boolean", default: "True" }, true],
    [{ type: "boolean", default: "False" }, false],
    [{ type: "number", default: "32400" }, 32_400],
    [{ type: "select", options: genres, default: "80" }, 80],
    [{ type: "number", default: "many" }, null],
    [{ type: "select", options: genres, default: "gone" }, null],
    [{ default: null }, null],
    [{}, null],
    [{ required: true, default: "Movies" }, "Movies"],
    [{ type: "boolean", required: true, default: false }, false],
  ])("%j gives %j", (part, value) => {
    expect(checkAnswer(question(part), undefined)).toEqual({ ok: true, value });
    expect(checkAnswer(question(part), null)).toEqual({ ok: true, value });
  });

  it.each<Partial<Question>>([
    { required: true },
    { required: true, default: "" },
    { required: true, type: "number", default: "x" },
  ])("a required question without a default that fits must be answered: %j", (part) => {
    expect(checkAnswer(question(part), undefined)).toMatchObject({ ok: false });
  });

  it("the default comes in the question's type", () => {
    expect(checkDefault(question({ type: "boolean", default: "True" }))).toBe(true);
    expect(checkDefault(question({}))).toBeNull();
  });
});

describe("a sign-in's answer", () => {
  it("is the object the hook gets, or the token alone", () => {
    expect(checkInput(oauth, { authToken: "t", user: "me" })).toEqual({
      ok: true,
      value: { authToken: "t", user: "me" },
    });
    expect(checkInput(oauth, "t")).toEqual({ ok: true, value: { authToken: "t" } });
  });

  it.each<JsonValue>(["", {}, { authToken: "" }, { authToken: 1 }, { token: "t" }, 5, []])(
    "is not %j",
    (answer) => {
      expect(checkInput(oauth, answer)).toEqual({
        ok: false,
        code: "INPUT_INVALID",
        message: expect.stringContaining('a text in "authToken"'),
      });
    },
  );

  it("is needed unless the input says otherwise", () => {
    expect(checkInput(oauth, undefined)).toEqual({
      ok: false,
      code: "INPUT_REQUIRED",
      message: '"Sign in to Plex" (plex_login): sign in to answer it.',
    });
    expect(checkInput({ ...oauth, required: false }, undefined)).toEqual({ ok: true, value: null });
  });
});

describe("all answers of a hook", () => {
  const input = (id: string, part: Partial<Question>): QuestionInput => ({
    type: "question",
    id,
    question: question(part),
  });

  it("come back typed, those not given left out", () => {
    const inputs = [
      input("port", { type: "number" }),
      input("name", { default: "Movies" }),
      input("note", {}),
      oauth,
    ];
    expect(checkAnswers(inputs, { port: "80", plex_login: "t" })).toEqual({
      ok: true,
      values: { port: 80, name: "Movies", plex_login: { authToken: "t" } },
    });
  });

  it("are refused with every problem at once", () => {
    const inputs = [input("port", { type: "number" }), input("name", { required: true })];
    expect(checkAnswers(inputs, { port: "x", nmae: "Movies" })).toEqual({
      ok: false,
      problems: [
        {
          inputId: "nmae",
          code: "INPUT_INVALID",
          message: 'The hook has no input "nmae"; it declares port, name.',
        },
        { inputId: "port", code: "INPUT_INVALID", message: expect.stringContaining("expected a number") },
        { inputId: "name", code: "INPUT_REQUIRED", message: expect.stringContaining("must be answered") },
      ],
    });
    expect(checkAnswers([], { a: 1 })).toMatchObject({
      problems: [{ message: 'The hook has no input "a"; it declares none.' }],
    });
  });

  it("may be keyed by any name without touching prototypes", () => {
    const answers = JSON.parse('{"__proto__": "x"}') as { [id: string]: JsonValue };
    const check = checkAnswers([input("__proto__", {}), input("constructor", {})], answers);
    expect(check).toMatchObject({ ok: true });
    expect(check.ok && Object.entries(check.values)).toEqual([["__proto__", "x"]]);
  });
});
