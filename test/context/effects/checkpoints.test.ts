import { describe, expect, it } from "vitest";
import { defaultEffectLimits } from "../../../src/context/effect-table.ts";
import {
  emitCheckpoint,
  registerCheckpoints,
  skipCheckpoint,
  updateCheckpointMessage,
  type RecordEffect,
} from "../../../src/context/effects/checkpoints.ts";
import type { JsonValue } from "../../../src/json.ts";

const parse = (effect: RecordEffect, args: JsonValue) => effect.parseArgs(args, defaultEffectLimits);

describe("every checkpoint effect", () => {
  it.each([registerCheckpoints, emitCheckpoint, updateCheckpointMessage, skipCheckpoint])(
    "$name happens in the journal only, and names itself when its arguments are missing",
    (effect) => {
      expect(effect.nature({ type: "checkpoint-skipped", id: "a" })).toBe("record");
      expect(effect.perform).toBeUndefined();
      for (const args of [null, "a", 7, []]) {
        expect(() => parse(effect, args)).toThrow(`ctx.${effect.name}: `);
      }
    },
  );

  it.each([emitCheckpoint, updateCheckpointMessage, skipCheckpoint])(
    "$name takes any text as an id",
    (effect) => {
      for (const id of ["ready", "Library Ready", "", "__proto__", "ä 🧰"]) {
        expect(parse(effect, { id, message: "m" })).toMatchObject({ id, message: "m" });
      }
    },
  );

  it.each<[JsonValue, string]>([
    [null, "id is missing; expected a string."],
    [7, "id is the number 7; expected a string."],
    [true, "id is the boolean true; expected a string."],
    [{}, "id is an object; expected a string."],
    [["a"], "id is an array; expected a string."],
  ])("refuses %j as an id, saying what was found and what was expected", (id, text) => {
    for (const effect of [emitCheckpoint, updateCheckpointMessage, skipCheckpoint]) {
      expect(() => parse(effect, { id, message: "m" })).toThrow(`ctx.${effect.name}: ${text}`);
    }
    expect(() => parse(registerCheckpoints, { checkpoints: [{ id }] })).toThrow(
      `ctx.registerCheckpoints: ${text}`,
    );
  });

  it("refuses texts that are too long with a limit error the hook may catch", () => {
    const tooLong = "ü".repeat(defaultEffectLimits.maxCheckpointTextBytes / 2 + 1);
    for (const effect of [emitCheckpoint, updateCheckpointMessage, skipCheckpoint]) {
      const refusal = expect(() => parse(effect, { id: "a", message: tooLong }));
      refusal.toThrow(`message is ${tooLong.length * 2} bytes long; at most 4096 are kept`);
    }
    let caught: unknown = null;
    try {
      parse(emitCheckpoint, { id: tooLong });
    } catch (error) {
      caught = error;
    }
    expect(caught).toMatchObject({
      code: "LIMIT_REACHED",
      visible: { name: "RangeError", code: "LIMIT_REACHED" },
    });
  });
});

describe("registerCheckpoints", () => {
  it("takes a list and gives entries without a message their id for one", () => {
    expect(
      parse(registerCheckpoints, { checkpoints: [{ id: "a", message: "Doing a" }, { id: "b" }] }),
    ).toEqual({
      type: "checkpoints-registered",
      checkpoints: [
        { id: "a", message: "Doing a" },
        { id: "b", message: "b" },
      ],
    });
    expect(parse(registerCheckpoints, { checkpoints: [] })).toMatchObject({ checkpoints: [] });
  });

  it.each<[JsonValue, string]>([
    [{}, "missing was given; expected an array of { id, message }."],
    [{ checkpoints: { id: "a" } }, "an object was given"],
    [{ checkpoints: ["a"] }, 'checkpoints[0] is the text "a"; expected { id, message }.'],
    [{ checkpoints: [{ id: "a" }, null] }, "checkpoints[1] is missing"],
    [{ checkpoints: [{ id: "a", message: 3 }] }, "message is the number 3"],
  ])("refuses %j", (args, text) => {
    expect(() => parse(registerCheckpoints, args)).toThrow(text);
  });

  it("takes two hundred and no more", () => {
    const list = (length: number) => Array.from({ length }, (_, index) => ({ id: `${index}` }));
    expect(parse(registerCheckpoints, { checkpoints: list(200) })).toMatchObject({
      type: "checkpoints-registered",
    });
    expect(() => parse(registerCheckpoints, { checkpoints: list(201) })).toThrow(
      "201 checkpoints were given; at most 200 are kept.",
    );
  });
});

describe("emitCheckpoint", () => {
  it("needs an id only; null counts as left out", () => {
    expect(parse(emitCheckpoint, { id: "a" })).toEqual({ type: "checkpoint-completed", id: "a" });
    expect(parse(emitCheckpoint, { id: "a", message: null, progress: null })).toEqual({
      type: "checkpoint-completed",
      id: "a",
    });
  });

  it.each([
    [0, 0],
    [33.9, 33],
    [100, 100],
    [250, 100],
    [-5, 0],
  ])("takes progress %d as %d percent", (progress, percent) => {
    expect(parse(emitCheckpoint, { id: "a", progress })).toMatchObject({ progress: percent });
  });

  it("refuses progress that is no number", () => {
    expect(() => parse(emitCheckpoint, { id: "a", progress: "50%" })).toThrow(
      'ctx.emitCheckpoint: progress is the text "50%"; expected a number from 0 to 100.',
    );
  });
});

describe("updateCheckpointMessage and skipCheckpoint", () => {
  it("update needs a message, skip does not", () => {
    expect(() => parse(updateCheckpointMessage, { id: "a" })).toThrow("message is missing");
    expect(parse(updateCheckpointMessage, { id: "a", message: "" })).toEqual({
      type: "checkpoint-message",
      id: "a",
      message: "",
    });
    expect(parse(skipCheckpoint, { id: "a" })).toEqual({ type: "checkpoint-skipped", id: "a" });
    expect(parse(skipCheckpoint, { id: "a", message: "not needed" })).toMatchObject({
      message: "not needed",
    });
  });
});
