import { describe, expect, it } from "vitest";
import { EffectError } from "../../src/context/effect.ts";
import { signInHosts } from "../../src/inputs/pin-sign-in.ts";
import type { JsonObject } from "../../src/json.ts";
import { networkError } from "../../src/network/network-error.ts";
import type { NetworkRequest, NetworkResponse } from "../../src/network/network-client.ts";
import { createSignInStandIn } from "../../src/nas/simulated/sign-in-stand-in.ts";
import type { OAuthInput } from "../../src/schema/install-script.ts";
import type { SignInView } from "../../src/task/task-event.ts";
import { createTestClient } from "../network/support/loopback.ts";
import { createManualClock, type ManualClock } from "../support/manual-clock.ts";
import { signInByPin } from "./sign-in-by-pin.ts";

const plex: OAuthInput = {
  type: "oauth",
  id: "plex_login",
  name: "Sign in to Plex",
  provider: "plex",
  flow: {
    type: "pin",
    pinUrl: "https://plex.tv/api/v2/pins",
    authUrl: "https://app.plex.tv/auth#?clientID={clientId}&code={code}",
    pollUrl: "https://plex.tv/api/v2/pins/{pinId}",
    clientId: "client 1",
    tokenField: "authToken",
    headers: { Accept: "application/json" },
  },
};

const withFlow = (flow: Partial<OAuthInput["flow"]>, provider = "plex"): OAuthInput => ({
  ...plex,
  provider,
  flow: { ...plex.flow, ...flow },
});

/** What the provider says: a status with a body and headers, or an error of the network. */
type Reply = { status: number; body?: unknown; headers?: [string, string][] } | EffectError;

const created: Reply = { status: 201, body: { id: 7, code: "abc", expiresIn: 900, authToken: null } };
const pending: Reply = { status: 200, body: { id: 7, code: "abc", authToken: null } };
const granted: Reply = { status: 200, body: { authToken: "token-1" } };

interface Run {
  result: Promise<JsonObject>;
  sent: NetworkRequest[];
  /** Milliseconds after the start at which each request was sent. */
  at: number[];
  shown: SignInView[];
  clock: ManualClock;
}

/** Runs a sign-in against a list of replies; the last one repeats. */
function run(replies: Reply[], input: OAuthInput = plex, signal = new AbortController().signal): Run {
  const clock = createManualClock();
  const sent: NetworkRequest[] = [];
  const at: number[] = [];
  const shown: SignInView[] = [];
  const request = (given: NetworkRequest): Promise<NetworkResponse> => {
    sent.push(given);
    at.push(clock.monotonic());
    const reply = replies[Math.min(sent.length, replies.length) - 1] as Reply;
    if (reply instanceof EffectError) return Promise.reject(reply);
    const body = typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body ?? {});
    return Promise.resolve({
      url: given.url,
      status: reply.status,
      statusText: "",
      headers: reply.headers ?? [],
      redirected: false,
      body: new TextEncoder().encode(body),
    });
  };
  const network = { request, close: () => Promise.resolve() };
  const onShown = (view: SignInView): void => void shown.push(view);
  const result = clock.runUntil(signInByPin({ input, network, clock, onShown, signal }));
  result.catch(() => undefined);
  return { result, sent, at, shown, clock };
}

const failure = async (replies: Reply[], input?: OAuthInput): Promise<{ code: string; message: string }> =>
  run(replies, input).result.then(
    () => Promise.reject(new Error("the sign-in went through")),
    (error: { code: string; message: string }) => error,
  );

describe("a sign-in by PIN", () => {
  it("goes from the PIN to the token against a real provider", async () => {
    const clock = createManualClock();
    const provider = await createSignInStandIn({ clock });
    try {
      const network = createTestClient({
        appHost: null,
        signInHosts: signInHosts(plex),
        originMap: [{ from: "https://plex.tv", to: provider.url }],
      });
      const shown = Promise.withResolvers<SignInView>();
      const signal = new AbortController().signal;
      const signingIn = signInByPin({ input: plex, network, clock, onShown: shown.resolve, signal });
      const view = await shown.promise;
      const code = /&code=(\w{25})$/.exec(view.url)?.[1] ?? "";
      expect(view).toEqual({
        url: `https://app.plex.tv/auth#?clientID=client%201&code=${code}`,
        userCode: null,
        expiresAt: new Date(clock.now() + 900_000).toISOString(),
      });
      expect(provider.approve(code)).toBe(true);
      const result = await clock.runUntil(signingIn);
      expect(result).toEqual({ authToken: expect.stringMatching(/^[\w-]{20}$/) });
      expect(JSON.stringify([view, network.observations])).not.toContain(result["authToken"]);
      expect(network.observations.map(({ method, url }) => `${method} ${url}`)).toEqual([
        "POST https://plex.tv/api/v2/pins?strong=***",
        "GET https://plex.tv/api/v2/pins/1",
      ]);
    } finally {
      await provider.close();
    }
  });

  it("sends what Plex needs although the flow does not say so", async () => {
    const { result, sent } = run([created, granted]);
    await result;
    expect(sent[0]).toMatchObject({
      url: "https://plex.tv/api/v2/pins?strong=true",
      method: "POST",
      redirect: "error",
    });
    expect(sent[1]).toMatchObject({ url: "https://plex.tv/api/v2/pins/7", method: "GET", redirect: "error" });
    for (const { headers } of sent) {
      expect(headers).toEqual([
        ["Accept", "application/json"],
        ["X-Plex-Client-Identifier", "client 1"],
        ["X-Plex-Product", "tacklebox"],
      ]);
    }
  });

  it("leaves alone what the flow says itself", async () => {
    const input = withFlow({
      pinUrl: "https://plex.tv/api/v2/pins?strong=false",
      headers: {
        "x-plex-client-identifier": "own {clientId}",
        "X-Plex-Product": "HexOS",
        Accept: "text/json",
      },
    });
    const { result, sent } = run([created, granted], input);
    await result;
    expect(sent[0]?.url).toBe("https://plex.tv/api/v2/pins?strong=false");
    expect(sent[0]?.headers).toEqual([
      ["x-plex-client-identifier", "own client 1"],
      ["X-Plex-Product", "HexOS"],
      ["Accept", "text/json"],
    ]);
  });

  it("keeps a query the flow has, and adds nothing for another provider", async () => {
    const plexQuery = run([created, granted], withFlow({ pinUrl: "https://plex.tv/pins?a=b" }));
    await plexQuery.result;
    expect(plexQuery.sent[0]?.url).toBe("https://plex.tv/pins?a=b&strong=true");
    const other = run([created, granted], withFlow({ pinUrl: "https://id.example/{clientId}" }, "other"));
    await other.result;
    expect(other.sent[0]?.url).toBe("https://id.example/client%201");
    expect(other.sent[0]?.headers).toEqual([["Accept", "application/json"]]);
  });

  it("makes a client id where the flow has none, and keeps to it", async () => {
    const { result, sent } = run([created, granted], withFlow({ clientId: "" }));
    await result;
    const ids = sent.map(({ headers }) => headers.find(([name]) => name === "X-Plex-Client-Identifier")?.[1]);
    expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(ids[1]).toBe(ids[0]);
  });

  it("shows the code to type in when the page's address does not carry it", async () => {
    const input = withFlow({
      authUrl: "https://plex.tv/link",
      pollUrl: "https://plex.tv/pins/{pinId}?code={code}",
    });
    const { result, sent, shown } = run([created, granted], input);
    await result;
    expect(shown).toMatchObject([{ url: "https://plex.tv/link", userCode: "abc" }]);
    expect(sent[1]?.url).toBe("https://plex.tv/pins/7?code=abc");
  });

  it("goes without id and code where the flow does not use them", async () => {
    const input = withFlow({ authUrl: "https://id.example/", pollUrl: "https://id.example/poll" }, "other");
    const { result, shown } = run([{ status: 200, body: {} }, granted], input);
    await result;
    expect(shown).toMatchObject([{ userCode: null }]);
  });

  it("gives any field name as an own property", async () => {
    const input = withFlow({ tokenField: "__proto__" });
    const { result } = run([created, { status: 200, body: '{"__proto__": "t"}' }], input);
    expect(Object.entries(await result)).toEqual([["__proto__", "t"]]);
  });

  it.each(["none", "None", "null", ""])("takes the text %j for no token yet", async (text) => {
    const replies: Reply[] = [created, { status: 200, body: { authToken: text } }, granted];
    expect(await run(replies).result).toEqual({ authToken: "token-1" });
  });

  it("takes no inherited property for a token", async () => {
    expect(await failure([created, pending], withFlow({ tokenField: "constructor" }))).toMatchObject({
      code: "SIGN_IN_EXPIRED",
    });
  });
});

describe("polling", () => {
  it("asks every two seconds", async () => {
    const { result, at } = run([created, pending, pending, granted]);
    await result;
    expect(at).toEqual([0, 2000, 4000, 6000]);
  });

  it("asks as often as the provider says, but not more than once a second", async () => {
    const slow = run([{ status: 201, body: { id: 7, code: "abc", interval: 5 } }, pending, granted]);
    await slow.result;
    expect(slow.at).toEqual([0, 5000, 10_000]);
    const hasty = run([{ status: 201, body: { id: 7, code: "abc", interval: 0.1 } }, pending, granted]);
    await hasty.result;
    expect(hasty.at).toEqual([0, 1000, 2000]);
  });

  it.each<[string, Reply, number]>([
    ["Retry-After in seconds", { status: 429, headers: [["retry-after", "30"]] }, 30_000],
    [
      "Retry-After as a date",
      { status: 503, headers: [["retry-after", "Thu, 01 Jan 2026 00:01:02 GMT"]] },
      60_000,
    ],
    ["a Retry-After that cannot be read", { status: 429, headers: [["retry-after", "soon"]] }, 2000],
    ["too many requests without one", { status: 429 }, 2000],
    ["a request to slow down", { status: 400, body: { error: "slow_down" } }, 7000],
    ["an approval that is still open", { status: 400, body: { error: "authorization_pending" } }, 2000],
    ["a fault of the provider", { status: 502, body: "<html>" }, 2000],
    ["a failure of the network", networkError("NETWORK_FAILED", "fetch failed"), 2000],
    ["a request that took too long", networkError("NETWORK_TIMEOUT", "too long"), 2000],
  ])("goes on after %s, with the wait it asks for", async (_what, reply, waitMs) => {
    const { result, at } = run([created, reply, granted]);
    expect(await result).toEqual({ authToken: "token-1" });
    expect(at).toEqual([0, 2000, 2000 + waitMs]);
  });

  it("stays slower once it was asked to slow down", async () => {
    const { result, at } = run([created, { status: 400, body: { error: "slow_down" } }, pending, granted]);
    await result;
    expect(at).toEqual([0, 2000, 9000, 16_000]);
  });

  it.each<[string, Reply, string]>([
    ["404", { status: 404 }, "SIGN_IN_EXPIRED"],
    ["410", { status: 410 }, "SIGN_IN_EXPIRED"],
    ["an expired token", { status: 400, body: { error: "expired_token" } }, "SIGN_IN_EXPIRED"],
    ["403", { status: 403 }, "SIGN_IN_DENIED"],
    ["401", { status: 401 }, "SIGN_IN_DENIED"],
    ["a denial", { status: 400, body: { error: "access_denied" } }, "SIGN_IN_DENIED"],
    ["a request it does not understand", { status: 400 }, "SIGN_IN_FAILED"],
    ["a redirect", networkError("NETWORK_REDIRECTS", "fetch failed"), "SIGN_IN_FAILED"],
    ["a refusal by the policy", networkError("NETWORK_REFUSED", "no"), "SIGN_IN_FAILED"],
    ["an answer beyond 64 KiB", { status: 200, body: `"${"x".repeat(65_536)}"` }, "SIGN_IN_FAILED"],
  ])("ends after %s", async (_what, reply, code) => {
    expect(await failure([created, reply])).toMatchObject({
      code,
      message: expect.stringContaining('Sign-in "Sign in to Plex" (plex_login) with plex: '),
    });
  });
});

describe("the life of a PIN", () => {
  const expiresAt = "2026-01-01T00:02:00.000Z";

  it.each<[string, Reply, number]>([
    ["the provider's duration", { status: 201, body: { id: 7, code: "a", expiresIn: 60, expiresAt } }, 60],
    ["the provider's date", { status: 201, body: { id: 7, code: "a", expiresAt } }, 120],
    [
      "the provider's date by the provider's clock",
      {
        status: 201,
        body: { id: 7, code: "a", expiresAt },
        headers: [["date", "Thu, 01 Jan 2026 00:01:30 GMT"]],
      },
      30,
    ],
    ["15 minutes when it does not say", { status: 201, body: { id: 7, code: "a" } }, 900],
    ["15 minutes when it makes no sense", { status: 201, body: { id: 7, code: "a", expiresIn: -5 } }, 900],
    ["a day at the most", { status: 201, body: { id: 7, code: "a", expiresIn: 1e9 } }, 86_400],
  ])("is %s", async (_what, reply, seconds) => {
    const late: Reply = { status: 429, headers: [["retry-after", "999999"]] };
    const { result, at } = run([reply, late]);
    await expect(result).rejects.toMatchObject({
      code: "SIGN_IN_EXPIRED",
      message: expect.stringContaining(`not approved within ${seconds} s`),
    });
    expect(at.at(-1)).toBe(seconds * 1000);
  });

  it("that ended in trouble says so", async () => {
    expect((await failure([created, { status: 503 }])).message).toMatch(
      /within 900 s; the provider's last answer: status 503\.$/,
    );
  });
});

describe("the start of a sign-in", () => {
  it.each<[string, Reply]>([
    ["a fault of the provider", { status: 500 }],
    ["a failure of the network", networkError("NETWORK_FAILED", "fetch failed")],
  ])("is tried three times after %s", async (_what, reply) => {
    const recovered = run([reply, reply, created, granted]);
    expect(await recovered.result).toEqual({ authToken: "token-1" });
    const lost = run([reply]);
    await expect(lost.result).rejects.toMatchObject({
      code: "SIGN_IN_FAILED",
      message: expect.stringContaining("gave no PIN"),
    });
    expect(lost.sent).toHaveLength(3);
  });

  it("is not tried again after an answer that will not change", async () => {
    const { result, sent } = run([{ status: 400 }]);
    await expect(result).rejects.toMatchObject({
      code: "SIGN_IN_FAILED",
      message: expect.stringContaining("status 400"),
    });
    expect(sent).toHaveLength(1);
  });

  it.each<[string, unknown]>([
    ["no JSON", "<xml>"],
    ["a list", []],
    ["no id", { code: "abc" }],
    ["no code", { id: 7 }],
    ["an id that would lead elsewhere", { id: "..", code: "abc" }],
    ["an id with a slash", { id: "../user", code: "abc" }],
    ["a code that is an object", { id: 7, code: {} }],
  ])("fails on %s", async (_what, body) => {
    expect(await failure([{ status: 201, body }])).toMatchObject({
      code: "SIGN_IN_FAILED",
      message: expect.stringContaining("no usable"),
    });
  });

  it.each(["javascript:alert({code})", "not an address {code}"])(
    "fails when the page to open is %s",
    async (authUrl) => {
      expect(await failure([created], withFlow({ authUrl }))).toMatchObject({
        code: "SIGN_IN_FAILED",
        message: expect.stringContaining("not a web address"),
      });
    },
  );

  it("fails on an address for the PIN that cannot be read", async () => {
    const input = withFlow({ pinUrl: "nowhere" });
    expect(await failure([networkError("NETWORK_REFUSED", "not a full web address")], input)).toMatchObject({
      message: expect.stringContaining("NETWORK_REFUSED: not a full web address"),
    });
  });
});

it("a sign-in that is ended rejects with the reason it was ended for", async () => {
  const stop = new AbortController();
  const clock = createManualClock();
  const waiting = run([created, pending], plex, stop.signal);
  void waiting.clock.untilSleeping(1).then(() => stop.abort(new Error("the task was cancelled")));
  await expect(waiting.result).rejects.toThrow("the task was cancelled");

  const network = {
    request: () => (stop.signal.throwIfAborted(), Promise.reject(new Error("not reached"))),
    close: () => Promise.resolve(),
  };
  const asking = signInByPin({
    input: plex,
    network,
    clock,
    onShown: () => undefined,
    signal: stop.signal,
  });
  await expect(asking).rejects.toThrow("the task was cancelled");
});

it("a fault that is not the network's is passed on", async () => {
  const network = { request: () => Promise.reject(new Error("fault")), close: () => Promise.resolve() };
  const { signal } = new AbortController();
  const options = { input: plex, network, clock: createManualClock(), onShown: () => undefined, signal };
  await expect(signInByPin(options)).rejects.toThrow("fault");
});

it("the hosts of a flow are those of its https addresses, each once", () => {
  expect(signInHosts(plex)).toEqual(["plex.tv", "app.plex.tv"]);
  expect(
    signInHosts(
      withFlow({ pinUrl: "https://id.example:8443/{clientId}", pollUrl: "http://id.example/", authUrl: "?" }),
    ),
  ).toEqual(["id.example:8443"]);
});
