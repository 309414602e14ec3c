import { afterEach, beforeEach, expect, it } from "vitest";
import { createSignInStandIn, type SignInStandIn } from "../../src/nas/simulated/sign-in-stand-in.ts";
import { createManualClock, type ManualClock } from "../support/manual-clock.ts";

let clock: ManualClock;
let provider: SignInStandIn;
const headers = { "X-Plex-Client-Identifier": "client-1", "X-Plex-Product": "Mediabox" };

interface PinView {
  id: number;
  code: string;
  authToken: string | null;
  expiresAt: string;
}

beforeEach(async () => {
  clock = createManualClock();
  provider = await createSignInStandIn({ clock });
});
afterEach(() => provider.close());

async function startPin(query = ""): Promise<PinView> {
  const response = await fetch(`${provider.url}/api/v2/pins${query}`, { method: "POST", headers });
  expect(response.status).toBe(201);
  return (await response.json()) as PinView;
}

async function poll(id: number, withHeaders: Record<string, string> = headers): Promise<Response> {
  return await fetch(`${provider.url}/api/v2/pins/${id}`, { headers: withHeaders });
}

it("gives a pin without a token, and the token once the person has approved", async () => {
  const pin = await startPin("?strong=true");
  expect(pin.code).toHaveLength(25);
  expect(pin).toMatchObject({
    id: 1,
    product: "Mediabox",
    clientIdentifier: "client-1",
    authToken: null,
    expiresIn: 900,
    expiresAt: new Date(clock.now() + 900_000).toISOString(),
  });
  expect(await (await poll(pin.id)).json()).toMatchObject({ authToken: null });
  expect(provider.approve(pin.code)).toBe(true);
  const { authToken } = (await (await poll(pin.id)).json()) as PinView;
  expect(authToken).toMatch(/^[\w-]{20}$/);
  expect(provider.approve(pin.code)).toBe(true);
  expect(await (await poll(pin.id)).json()).toMatchObject({ authToken });
});

it("gives a short code unless a strong one is asked for, in the query or the form", async () => {
  expect((await startPin()).code).toHaveLength(4);
  const body = new URLSearchParams({ strong: "true" });
  const response = await fetch(`${provider.url}/api/v2/pins`, {
    method: "POST",
    headers: { "X-Client-Identifier": "client-1", "X-Product": "Other" },
    body,
  });
  const pin = (await response.json()) as PinView & { product: string };
  expect(pin.code).toHaveLength(25);
  expect(pin.product).toBe("Other");
});

it("refuses a pin without a client identifier", async () => {
  const response = await fetch(`${provider.url}/api/v2/pins`, { method: "POST" });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ errors: [{ message: expect.stringContaining("missing") }] });
});

it("hides a pin from another client identifier", async () => {
  const pin = await startPin();
  expect((await poll(pin.id, { "X-Plex-Client-Identifier": "client-2" })).status).toBe(404);
  expect((await poll(pin.id, {})).status).toBe(404);
  expect((await poll(99)).status).toBe(404);
});

it("forgets a pin at its end of life, approved or not", async () => {
  const pin = await startPin();
  clock.advance(899_999);
  expect((await poll(pin.id)).status).toBe(200);
  clock.advance(1);
  expect((await poll(pin.id)).status).toBe(404);
  expect(provider.approve(pin.code)).toBe(false);
});

it("approves from its page by a form or a link, and says so when the code is wrong", async () => {
  const auth = await (await fetch(`${provider.url}/auth`)).text();
  expect(auth).toContain('<form method="post" action="/approve">');
  const byForm = await startPin();
  const form = new URLSearchParams({ code: byForm.code });
  expect((await fetch(`${provider.url}/approve`, { method: "POST", body: form })).status).toBe(200);
  const byLink = await startPin();
  expect((await fetch(`${provider.url}/approve?code=${byLink.code}`)).status).toBe(200);
  for (const { id } of [byForm, byLink]) {
    expect(await (await poll(id)).json()).toMatchObject({ authToken: expect.any(String) });
  }
  const wrong = await fetch(`${provider.url}/approve?code=wrong`);
  expect(wrong.status).toBe(404);
  expect(await wrong.text()).toContain("not known or has expired");
  expect((await fetch(`${provider.url}/approve`)).status).toBe(404);
});

it("tells who a token belongs to, and refuses any other", async () => {
  const pin = await startPin();
  const user = (token: string): Promise<Response> =>
    fetch(`${provider.url}/api/v2/user`, { headers: { "X-Plex-Token": token } });
  expect((await user("guess")).status).toBe(401);
  expect((await fetch(`${provider.url}/api/v2/user`)).status).toBe(401);
  provider.approve(pin.code);
  const { authToken } = (await (await poll(pin.id)).json()) as PinView;
  const response = await user(authToken ?? "");
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ username: "demo" });
});

it("records what it was asked", async () => {
  await startPin();
  await fetch(`${provider.url}/elsewhere`);
  expect(provider.requests.map(({ method, path, status }) => `${method} ${path} ${status}`)).toEqual([
    "POST /api/v2/pins 201",
    "GET /elsewhere 404",
  ]);
});

it("works with the machine's clock too", async () => {
  const other = await createSignInStandIn();
  try {
    const response = await fetch(`${other.url}/api/v2/pins`, { method: "POST", headers });
    const { expiresAt } = (await response.json()) as PinView;
    expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now());
  } finally {
    await other.close();
  }
});
