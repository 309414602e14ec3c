import { describe, expect, it } from "vitest";
import { focusStep } from "../../src/ui/page/focus-step.ts";
import {
  missingAnswers,
  shownAnswer,
  toAnswers,
  type FormQuestion,
} from "../../src/ui/page/inputs/answers.ts";
import { parseRoute, parseSignInCode, toHash, viewNames, withQuery } from "../../src/ui/page/route.ts";
import { isShown, readFilter, toTaskQuery } from "../../src/ui/page/task-filter.ts";
import {
  agoText,
  countdownText,
  durationText,
  expectationText,
  tookText,
} from "../../src/ui/page/time-text.ts";
import type { Operation, Step } from "../../src/ui/page/views.ts";

describe("the address of a view", () => {
  it("leads back to the same view", () => {
    for (const view of viewNames) {
      const route = { view, id: "media/box 1.json", query: { q: "a&b=c", step: "2" } };
      expect(parseRoute(toHash(route))).toEqual(route);
    }
  });

  it("leads to the tasks when it is not known, and never fails", () => {
    for (const hash of ["", "#", "#/", "#/nowhere/tsk_1", "#signin=abc"]) {
      expect(parseRoute(hash)).toMatchObject({ view: "tasks", id: null });
    }
    expect(parseRoute("#/catalog/%E0%A4%A")).toMatchObject({ view: "catalog", id: "%E0%A4%A" });
  });

  it("leaves out what is empty", () => {
    const route = withQuery(parseRoute("#/tasks?status=done&q=x"), { status: "" });
    expect(toHash(route)).toBe("#/tasks?q=x");
  });

  it("holds a sign-in code in one form only", () => {
    expect(parseSignInCode("#signin=Ab_9-")).toBe("Ab_9-");
    for (const hash of [
      "",
      "#/tasks",
      "#signin=",
      "#signin=a b",
      "#/signin=abc",
      `#signin=${"a".repeat(201)}`,
    ]) {
      expect(parseSignInCode(hash)).toBe(null);
    }
  });
});

describe("the filter of tasks", () => {
  const task = {
    status: "COMPLETED",
    title: "Install Mediabox",
    appName: "mediabox",
    labels: { team: "home:1" },
    dismissedAt: null,
  } as unknown as Operation;

  it.each([
    [{}, true],
    [{ status: "done" }, true],
    [{ status: "failed" }, false],
    [{ status: "nonsense" }, true],
    [{ q: "mediaBOX" }, true],
    [{ q: "photos" }, false],
    [{ app: "mediabox" }, true],
    [{ app: "media" }, false],
    [{ label: "team:home:1" }, true],
    [{ label: "team:away" }, false],
    [{ label: "still typing" }, true],
    [{ dismissed: "true" }, false],
  ])("%j shows the task: %j", (query, expected) => {
    expect(isShown(task, readFilter(query))).toBe(expected);
  });

  it("asks the server for the same", () => {
    const query = { status: "waiting", app: "photos", q: "x", label: "a:b", dismissed: "true" };
    expect(toTaskQuery(readFilter(query))).toEqual({
      kind: "operation",
      dismissed: true,
      status: ["AWAITING_INPUT", "AWAITING_RETRY"],
      app: "photos",
      q: "x",
      label: ["a:b"],
    });
    expect(toTaskQuery(readFilter({ label: "half" }))).toEqual({ kind: "operation", dismissed: false });
  });
});

describe("the step that is open", () => {
  const operation = (statuses: Step["status"][], finishedAt: string | null = null): Operation =>
    ({
      finishedAt,
      steps: statuses.map((status, index) => ({ status, kind: index === 1 ? "app" : "hook" })),
    }) as unknown as Operation;

  it.each([
    ["the one that needs somebody", ["COMPLETED", "IN_PROGRESS", "AWAITING_RETRY"], null, 2],
    ["the one under way", ["COMPLETED", "IN_PROGRESS", "PENDING"], null, 1],
    ["the one that failed", ["COMPLETED", "FAILED", "PENDING"], "2026-01-01T08:00:00Z", 1],
    ["the next one", ["COMPLETED", "COMPLETED", "PENDING"], null, 2],
    ["the last hook that ran", ["COMPLETED", "COMPLETED", "SKIPPED"], "2026-01-01T08:00:00Z", 0],
    ["the first when nothing ran", ["SKIPPED", "SKIPPED", "SKIPPED"], "2026-01-01T08:00:00Z", 0],
  ] as const)("is %s", (_, statuses, finishedAt, expected) => {
    expect(focusStep(operation([...statuses], finishedAt), undefined)).toBe(expected);
  });

  it("is the one the user chose, if there is such a one", () => {
    expect(focusStep(operation(["AWAITING_RETRY", "PENDING"]), "1")).toBe(1);
    for (const chosen of ["7", "-1", "x", "1.5"]) {
      expect(focusStep(operation(["PENDING", "AWAITING_RETRY"]), chosen)).toBe(1);
    }
  });
});

describe("answers in a form", () => {
  const question = (more: Partial<FormQuestion>): FormQuestion => ({
    id: "one",
    title: "One",
    description: null,
    type: "text",
    required: false,
    default: undefined,
    placeholder: undefined,
    options: [],
    ...more,
  });

  it("are what is shown: what was typed, else the default", () => {
    expect(shownAnswer(question({ default: "Movies" }), {})).toBe("Movies");
    expect(shownAnswer(question({ default: "Movies" }), { one: "" })).toBe("");
    expect(shownAnswer(question({ type: "boolean", default: null }), {})).toBe(false);
    expect(shownAnswer(question({ type: "number", default: 30 }), {})).toBe(30);
  });

  it("leave out what is empty, and say what must not be", () => {
    const questions = [question({ required: true }), question({ id: "two" })];
    expect(toAnswers(questions, { two: "x" })).toEqual({ two: "x" });
    expect(toAnswers([question({ default: "Movies" })], { one: "" })).toEqual({ one: null });
    expect(missingAnswers(questions, { two: "x" })).toEqual({ one: "This question must be answered." });
    expect(missingAnswers(questions, { one: "x" })).toEqual({});
  });
});

describe("times in words", () => {
  it.each([
    [tookText(20), "< 1 s"],
    [tookText(2449), "2.4 s"],
    [tookText(61_000), "1 min 1 s"],
    [durationText(999), "0 s"],
    [durationText(3_725_000), "1 h 2 min"],
    [durationText(-5), "0 s"],
    [expectationText(3), "a few seconds"],
    [expectationText(32), "about 30 s"],
    [expectationText(58), "about 1 min"],
    [expectationText(7200), "about 2 h"],
    [agoText(0, 59_000), "just now"],
    [agoText(0, 3_599_000), "59 min ago"],
    [agoText(0, 7_200_000), "2 h ago"],
    [countdownText(245_000), "4:05"],
    [countdownText(-1), "0:00"],
  ])("%s", (text, expected) => {
    expect(text).toBe(expected);
  });
});
