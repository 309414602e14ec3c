import type { TaskView } from "../../src/task/task-view.ts";

const pins = "https://id.example/api/v2/pins";

/** A PIN flow of Plex's shape, at a provider that `originMap` leads to a stand-in. */
export const pinFlow = {
  type: "pin",
  pinUrl: pins,
  pollUrl: `${pins}/{pinId}`,
  authUrl: "https://id.example/auth#?clientID={clientId}&code={code}",
  clientId: "c",
  tokenField: "authToken",
};

/** A hook's input that is got by it. */
export const signInInput = { type: "oauth", id: "login", name: "Sign in", provider: "plex", flow: pinFlow };

/** Where the user is sent to sign in; "" while there is no such place. */
export const signInLink = (view: TaskView): string =>
  view.kind === "hook" ? (view.inputs[0]?.authorization?.url ?? "") : "";

/** The code in that link, by which the stand-in approves. */
export const signInCode = (link: string): string => /code=(\w+)/.exec(link)?.[1] ?? "";
