import { randomBytes } from "node:crypto";
import { type Clock, systemClock } from "../../clock.ts";
import type { AppReply, AppRequest, RecordedRequest } from "./app-behaviour.ts";
import { findFreePort } from "./app-ports.ts";
import { createAppServer } from "./app-server.ts";

export interface SignInStandInOptions {
  /** Tells when pins expire; default the machine's clock. */
  clock?: Clock;
  /** Life of a pin in seconds; default 900. */
  expiresInSeconds?: number;
  /** Told of each request, before it is answered. */
  onRequest?(request: RecordedRequest): void;
}

/**
 * A sign-in provider on loopback, shaped after Plex's PIN flow: `POST /api/v2/pins`, `GET /api/v2/pins/<id>` with the
 * same client identifier (`X-Plex-Client-Identifier` or `X-Client-Identifier`), `GET /api/v2/user` with the token
 * (`X-Plex-Token` or `X-Token`), and a page `/auth` where a person approves.
 */
export interface SignInStandIn {
  /** `http://127.0.0.1:<port>`. */
  url: string;
  /** Approves the pin with that code, as the person on the page would; false when no open pin has it. */
  approve(code: string): boolean;
  /** Each request seen, oldest first. */
  requests: RecordedRequest[];
  close(): Promise<void>;
}

interface Pin {
  id: number;
  code: string;
  clientIdentifier: string;
  product: string;
  createdAt: number;
  authToken: string | null;
}

export async function createSignInStandIn(options: SignInStandInOptions = {}): Promise<SignInStandIn> {
  const { clock = systemClock, expiresInSeconds = 900 } = options;
  const pins = createPins(clock, expiresInSeconds);
  const requests: RecordedRequest[] = [];
  const host = "127.0.0.1";
  const port = await findFreePort(host, new Set());
  const server = createAppServer({
    host,
    ports: [{ real: port, declared: port }],
    clock,
    answer: (request) => answer(request, pins),
    onRequest: (request) => {
      requests.push(request);
      options.onRequest?.(request);
    },
  });
  await server.open();
  server.setReady();
  return {
    url: `http://${host}:${port}`,
    approve: (code) => pins.approve(code),
    requests,
    close: () => server.close(),
  };
}

interface Pins {
  create(request: AppRequest): AppReply;
  read(request: AppRequest, id: number): AppReply;
  readUser(request: AppRequest): AppReply;
  approve(code: string): boolean;
}

function createPins(clock: Clock, expiresInSeconds: number): Pins {
  const pins: Pin[] = [];
  const isOpen = (pin: Pin): boolean => clock.now() < pin.createdAt + expiresInSeconds * 1000;

  return {
    create: (request) => {
      const clientIdentifier = clientIdentifierOf(request);
      if (clientIdentifier === "") return problem(400, 1000, "X-Plex-Client-Identifier is missing");
      const strong = request.query["strong"] ?? new URLSearchParams(request.body).get("strong");
      const pin: Pin = {
        id: pins.length + 1,
        code: strong === "true" ? randomBytes(13).toString("hex").slice(1) : randomBytes(2).toString("hex"),
        clientIdentifier,
        product: request.headers["x-plex-product"] ?? request.headers["x-product"] ?? "unknown",
        createdAt: clock.now(),
        authToken: null,
      };
      pins.push(pin);
      return { status: 201, body: toView(pin, expiresInSeconds) };
    },
    read: (request, id) => {
      const pin = pins.find((one) => one.id === id && isOpen(one));
      return pin !== undefined && pin.clientIdentifier === clientIdentifierOf(request)
        ? { status: 200, body: toView(pin, expiresInSeconds) }
        : problem(404, 1020, "Code not found or expired");
    },
    readUser: ({ headers }) => {
      const token = headers["x-plex-token"] ?? headers["x-token"] ?? "";
      const pin = pins.find((one) => one.authToken === token);
      if (pin === undefined) return problem(401, 1001, "User could not be authenticated");
      return { status: 200, body: { id: 1000 + pin.id, username: "demo", email: "demo@mediabox.example" } };
    },
    approve: (code) => {
      const pin = pins.find((one) => one.code === code && isOpen(one));
      if (pin === undefined) return false;
      pin.authToken ??= randomBytes(15).toString("base64url");
      return true;
    },
  };
}

function answer(request: AppRequest, pins: Pins): AppReply {
  const { method, path } = request;
  const pinId = /^\/api\/v2\/pins\/(\d+)$/.exec(path)?.[1];
  if (method === "POST" && path === "/api/v2/pins") return pins.create(request);
  if (method === "GET" && pinId !== undefined) return pins.read(request, Number(pinId));
  if (method === "GET" && path === "/api/v2/user") return pins.readUser(request);
  if (method === "GET" && path === "/auth") return page(approvalForm);
  if (path !== "/approve") return problem(404, 404, "Not found");
  const code = request.query["code"] ?? new URLSearchParams(request.body).get("code") ?? "";
  return pins.approve(code)
    ? page("<p>Signed in. You can close this page.</p>")
    : page("<p>This code is not known or has expired. Start the sign-in again.</p>", 404);
}

function clientIdentifierOf({ headers }: AppRequest): string {
  return headers["x-plex-client-identifier"] ?? headers["x-client-identifier"] ?? "";
}

function toView(pin: Pin, expiresIn: number): NonNullable<AppReply["body"]> {
  const { id, code, product, clientIdentifier, authToken, createdAt } = pin;
  return {
    id,
    code,
    product,
    trusted: false,
    clientIdentifier,
    expiresIn,
    createdAt: new Date(createdAt).toISOString(),
    expiresAt: new Date(createdAt + expiresIn * 1000).toISOString(),
    authToken,
    newRegistration: null,
  };
}

function problem(status: number, code: number, message: string): AppReply {
  return { status, body: { errors: [{ code, message, status }] } };
}

/** The code rides in the fragment (`/auth#?clientID=...&code=...`), which only the browser sees. */
const approvalForm = `<p>A server wants to be connected to your account.</p>
<form method="post" action="/approve"><input name="code" aria-label="Code"><button>Approve</button></form>
<script>
  const code = new URLSearchParams(location.hash.replace(/^#\\??/, "")).get("code");
  if (code) document.querySelector("input").value = code;
</script>`;

function page(content: string, status = 200): AppReply {
  return {
    status,
    headers: { "content-type": "text/html; charset=utf-8" },
    body: `<!doctype html><title>Sign in</title><h1>Sign in (stand-in)</h1>\n${content}\n`,
  };
}
