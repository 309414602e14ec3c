import { describe, expect, test } from "vitest";
import { findingsOf, goodHook, onlyProblemOf, problemsOf } from "./check.ts";

const question = { question: "Q", type: "text", key: "a" };

describe("macros in a script", () => {
  test("points at the character of the text where a macro is wrong", () => {
    const text = '{\n  "version": 5,\n  "app_values": { "a": ["x\\n\\u0041 $FOLDER(Media)"] }\n}';
    const problem = onlyProblemOf(text);
    expect(problem).toMatchObject({
      code: "MACRO_UNKNOWN",
      severity: "error",
      pointer: "/app_values/a/0",
      line: 3,
      column: 36,
    });
    expect(text.split("\n")[2]?.slice(35)).toMatch(/^\$FOLDER/);
    expect(problem.message).toBe(
      "app_values.a[0]: found $FOLDER(...), which is no macro; expected one of the reference; correct the name.",
    );
  });

  test("checks app_values, directory paths and question defaults, and nothing else", () => {
    const bad = "$NOPE(x)";
    const script = {
      version: 5,
      ensure_directories_exists: [{ path: bad }],
      installation_questions: [{ ...question, description: bad, default: bad }],
      app_values: { [bad]: 1, a: { b: [1, null, bad] } },
      hooks: [
        {
          ...goodHook,
          description: bad,
          inputs: [{ type: "question", id: "i", question: { ...question, key: "b", default: [bad] } }],
        },
      ],
    };
    expect(findingsOf(script)).toEqual([
      "MACRO_UNKNOWN /ensure_directories_exists/0/path",
      "MACRO_UNKNOWN /installation_questions/0/default",
      "MACRO_UNKNOWN /app_values/a/b/2",
      "MACRO_UNKNOWN /hooks/0/inputs/0/question/default/0",
    ]);
  });

  test("warns once of each location and question that is used but not declared", () => {
    const script = {
      version: 5,
      requirements: { locations: ["Media"] },
      installation_questions: [question],
      ensure_directories_exists: [{ path: "$LOCATION(Photos)/a" }],
      app_values: {
        a: "$LOCATION(Media)",
        b: "$HOST_PATH($LOCATION(Photos))",
        c: "$QUESTION(a)",
        d: "$IF($QUESTION(nope), $QUESTION(nope), $LOCATION($QUESTION(a)))",
      },
    };
    expect(problemsOf(script).map(({ severity, code, message }) => [severity, code, message])).toEqual([
      [
        "warning",
        "LOCATION_UNDECLARED",
        'ensure_directories_exists[0].path: location "Photos" is used, but not declared; expected it in requirements.locations; add it there.',
      ],
      [
        "warning",
        "QUESTION_UNDECLARED",
        "app_values.d: $QUESTION(nope) is used, but no question has that key; expected one in installation_questions; add it, or correct the key.",
      ],
    ]);
  });

  test("warns of a macro in small letters", () => {
    expect(onlyProblemOf({ version: 5, app_values: { a: "echo $(date) $location(Media)" } })).toMatchObject({
      severity: "warning",
      code: "FIELD_STYLE",
      message:
        "app_values.a: $location(...) is plain text and is not replaced; expected capital letters for a macro; write $LOCATION(...) if it is one.",
    });
  });

  test("takes a dollar sign that begins no macro as text", () => {
    const app_values = { a: "costs 5$", b: "$HOME/${USER} $$ $SERVER_LAN_IPX", c: "$LOCATION" };
    expect(findingsOf({ version: 5, app_values })).toEqual([]);
  });
});
