import { expect, it } from "vitest";
import { toInputViews } from "../../src/inputs/input-views.ts";
import type { HookInput } from "../../src/schema/install-script.ts";

const signIn: HookInput = {
  type: "oauth",
  id: "plex_login",
  name: "Sign in to Plex",
  description: "Required for server claim",
  provider: "plex",
  flow: { type: "pin", pinUrl: "", authUrl: "", pollUrl: "", clientId: "c", tokenField: "authToken" },
};

const kind: HookInput = {
  type: "question",
  id: "kind",
  question: {
    question: "Kind",
    key: "kind",
    type: "select",
    required: true,
    default: "80",
    placeholder: "choose",
    options: [{ text: "Port", value: 80 }],
  },
};

const secret: HookInput = {
  type: "question",
  id: "secret",
  question: {
    question: "Password",
    description: "At least 8",
    key: "secret",
    type: "password",
    default: "changeme",
  },
};

const authorization = { url: "https://app.plex.tv/auth", userCode: null, expiresAt: null };

it("shows declared inputs as waiting, with typed defaults", () => {
  expect(toInputViews([signIn, kind])).toEqual([
    {
      id: "plex_login",
      type: "oauth",
      title: "Sign in to Plex",
      description: "Required for server claim",
      state: "waiting",
      required: true,
      provider: "plex",
      authorization: null,
    },
    {
      id: "kind",
      type: "question",
      title: "Kind",
      description: null,
      state: "waiting",
      required: true,
      question: {
        type: "select",
        key: "kind",
        default: 80,
        placeholder: "choose",
        options: [{ text: "Port", value: 80 }],
      },
    },
  ]);
});

it("shows where to sign in while that waits, and no more once it is done", () => {
  const authorizations = { plex_login: authorization };
  expect(toInputViews([signIn], { authorizations })[0]).toMatchObject({ state: "waiting", authorization });
  expect(toInputViews([signIn], { authorizations, provided: ["plex_login"] })[0]).toMatchObject({
    state: "provided",
    authorization: null,
  });
});

it("shows why an answer was not accepted, until there is one", () => {
  const errors = { kind: "expected one of 80" };
  expect(toInputViews([kind], { errors })[0]).toMatchObject({ state: "failed", error: "expected one of 80" });
  expect(toInputViews([kind], { errors, provided: ["kind"] })[0]).not.toHaveProperty("error");
});

it("never shows a password's default", () => {
  expect(toInputViews([secret])[0]).toMatchObject({
    required: false,
    description: "At least 8",
    question: { type: "password" },
  });
  expect(JSON.stringify(toInputViews([secret]))).not.toContain("changeme");
});

it("takes an input that need not be answered for what it is", () => {
  expect(toInputViews([{ ...signIn, required: false }])[0]).toMatchObject({ required: false });
});
