import { parseInstallScript } from "../../src/schema/parse-install-script.ts";
import type { Problem } from "../../src/schema/problem.ts";

/** Problems of a script given as value or as text. */
export function problemsOf(script: unknown): Problem[] {
  return parseInstallScript(typeof script === "string" ? script : JSON.stringify(script, null, 2)).problems;
}

/** Each problem as `CODE pointer`. */
export function findingsOf(script: unknown): string[] {
  return problemsOf(script).map((problem) => `${problem.code} ${problem.pointer}`);
}

/** The only problem of a script. */
export function onlyProblemOf(script: unknown): Problem {
  const problems = problemsOf(script);
  if (problems.length !== 1)
    throw new Error(`expected one problem, found ${JSON.stringify(problems, null, 2)}`);
  return problems[0] as Problem;
}

/** A hook that has nothing wrong with it. */
export const goodHook = {
  id: "setup",
  event: "onAfterInstall",
  script: "myapp/hook.ts",
  entrypoint: "setup",
};

/** A V5 script with one hook that differs from the good one in some fields. */
export function scriptWithHook(fields: Record<string, unknown>): object {
  return { version: 5, hooks: [{ ...goodHook, ...fields }] };
}

export const goodFlow = {
  type: "pin",
  pinUrl: "https://plex.tv/api/v2/pins",
  authUrl: "https://app.plex.tv/auth#?clientID={clientId}&code={code}",
  pollUrl: "https://plex.tv/api/v2/pins/{pinId}",
  clientId: "client",
  tokenField: "authToken",
};

/** A V5 script whose hook signs the user in by a flow that differs from the good one in some fields. */
export function scriptWithFlow(fields: Record<string, unknown>): object {
  const input = {
    type: "oauth",
    id: "login",
    name: "Sign in",
    provider: "plex",
    flow: { ...goodFlow, ...fields },
  };
  return scriptWithHook({ inputs: [input] });
}
