import { isIP } from "node:net";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { TackleboxError } from "../errors.ts";
import type { TokenStore } from "./tokens.ts";

export interface GuardOptions {
  tokens: TokenStore;
  /** Names under which the server is reached beside localhost and addresses; without ports. */
  allowedHosts: readonly string[];
  /** Wrong tokens from one address in a minute, before it is told to wait; default 20. */
  maxFailures?: number;
}

/**
 * Who may ask for what:
 * 1. The `Host` must be an address, `localhost`, or an allowed name: a name an attacker points at this machine (DNS
 *    rebinding) is none of them.
 * 2. A browser's request from another site is refused by its `Origin`.
 * 3. Everything that is not marked `config.isPublic` needs a token. There are no cookies, so a browser sends nothing by itself.
 */
export async function addGuard(app: FastifyInstance, options: GuardOptions): Promise<void> {
  app.decorateRequest("tokenId", null);
  const failures = app.createRateLimit({ max: options.maxFailures ?? 20, timeWindow: 60_000 });
  app.addHook("onRequest", async (request, reply) => {
    requireHost(request.headers.host ?? "", options.allowedHosts);
    requireOwnOrigin(request);
    if (request.routeOptions.config.isPublic === true) return;
    const token = bearerOf(request);
    const known = token === null ? null : await options.tokens.check(token);
    request.tokenId = known?.id ?? null;
    if (known !== null) return;
    const limit = await failures(request);
    if (!limit.isAllowed && limit.isExceeded) {
      reply.header("retry-after", limit.ttlInSeconds);
      throw new TackleboxError(
        "TOO_MANY_FAILURES",
        `Authorization: too many wrong tokens from ${request.ip}; wait ${limit.ttlInSeconds} seconds, then use a valid one.`,
      );
    }
    reply.header("www-authenticate", 'Bearer realm="tacklebox"');
    throw unauthorized(token);
  });
}

function unauthorized(token: string | null): TackleboxError {
  const found = token === null ? "there is no bearer token" : "the token is not known here";
  return new TackleboxError(
    "UNAUTHORIZED",
    `Authorization: ${found}, expected "Bearer tbx_..."; use the token shown at the first start, open the address the server ` +
      'prints, or make a token with "tacklebox token create" (where the datastore is a pglite: folder, stop the server first).',
  );
}

function bearerOf(request: FastifyRequest): string | null {
  return /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? null;
}

/** Throws `HOST_REFUSED`. */
export function requireHost(host: string, allowed: readonly string[]): void {
  const name = (URL.parse(`http://${host}`)?.hostname ?? "").replace(/^\[(.*)\]$/, "$1");
  if (isIP(name) !== 0 || name === "localhost" || allowed.includes(name)) return;
  throw new TackleboxError(
    "HOST_REFUSED",
    `Host: found ${JSON.stringify(host.slice(0, 200))}, expected localhost, an address, or a name allowed with --allow-host.`,
  );
}

function requireOwnOrigin(request: FastifyRequest): void {
  const { origin, host } = request.headers;
  if (origin === undefined || URL.parse(origin)?.host === host) return;
  throw new TackleboxError(
    "ORIGIN_REFUSED",
    `Origin: found ${JSON.stringify(origin.slice(0, 200))}, expected this server's own ${JSON.stringify(host ?? "")}.`,
  );
}

declare module "fastify" {
  interface FastifyRequest {
    /** Of the token it came with. */
    tokenId: string | null;
  }
  interface FastifyContextConfig {
    /** Needs no token. */
    isPublic?: boolean;
  }
}
