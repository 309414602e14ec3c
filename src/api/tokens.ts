import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { DocumentStore } from "../datastore/datastore.ts";
import { TackleboxError } from "../errors.ts";
import { getJson, putJson } from "../install/stored-json.ts";

/** A bearer token as it is kept: its secret only as a hash. */
interface KeptToken {
  id: string;
  name: string;
  /** SHA-256 of the secret, hex. The secret has 256 random bits, so nothing slower is needed. */
  sha256: string;
  createdAt: string;
}

/** What people see of a token. */
export interface TokenView {
  id: string;
  name: string;
  createdAt: string;
}

/** Who may use the API. */
export interface TokenStore {
  /** Makes a token; its text is given this once and kept nowhere. */
  create(name: string): Promise<TokenView & { token: string }>;
  /** Whose token it is; null when it is none of ours. */
  check(token: string): Promise<TokenView | null>;
  list(): Promise<TokenView[]>;
  /** Throws `TOKEN_UNKNOWN`. */
  revoke(id: string): Promise<void>;
  /** True until the first token was made. */
  isEmpty(): Promise<boolean>;
}

const collection = "tokens";

/** How long another process's revocation may go unnoticed, in milliseconds. */
const trustedMs = 5000;

/** Texts look like `tbx_<id>_<secret>`. */
const form = /^tbx_([a-z0-9]{12})_([A-Za-z0-9_-]{43})$/;

export function createTokenStore(documents: DocumentStore, clock: Clock): TokenStore {
  const trusted = new Map<string, { kept: KeptToken; until: number }>();
  /** A look at the datastore that was under way must not bring one back. */
  const revoked = new Set<string>();
  const find = async (id: string): Promise<KeptToken | null> => {
    const known = trusted.get(id);
    if (known !== undefined && clock.monotonic() < known.until) return known.kept;
    const kept = await getJson<KeptToken>(documents, collection, id);
    // What is asked for may be anything; only what there is is remembered.
    if (kept === null || revoked.has(id)) {
      trusted.delete(id);
      return null;
    }
    trusted.set(id, { kept, until: clock.monotonic() + trustedMs });
    return kept;
  };
  return {
    create: async (name) => {
      const id = randomBytes(8).readBigUInt64BE().toString(36).padStart(13, "0").slice(-12);
      const secret = randomBytes(32).toString("base64url");
      const createdAt = new Date(clock.now()).toISOString();
      await putJson(documents, collection, id, { id, name, sha256: hashOf(secret), createdAt });
      return { id, name, createdAt, token: `tbx_${id}_${secret}` };
    },
    check: async (token) => {
      const [, id, secret] = form.exec(token) ?? [];
      if (id === undefined || secret === undefined) return null;
      const kept = await find(id);
      if (kept === null) return null;
      const isSame = timingSafeEqual(Buffer.from(hashOf(secret), "hex"), Buffer.from(kept.sha256, "hex"));
      return isSame ? toView(kept) : null;
    },
    list: async () => await listTokens(documents),
    revoke: async (id) => {
      if ((await getJson<KeptToken>(documents, collection, id)) === null) {
        throw new TackleboxError(
          "TOKEN_UNKNOWN",
          `Token ${id} is not known; list the tokens to see which there are.`,
        );
      }
      revoked.add(id);
      trusted.delete(id);
      await documents.remove(collection, id);
    },
    isEmpty: async () => (await documents.list(collection, { limit: 1 })).length === 0,
  };
}

async function listTokens(documents: DocumentStore): Promise<TokenView[]> {
  const views: TokenView[] = [];
  for (let before: string | undefined; ;) {
    const page = await documents.list(collection, {
      ...(before === undefined ? {} : { before }),
      limit: 100,
    });
    for (const key of page) {
      const kept = await getJson<KeptToken>(documents, collection, key);
      if (kept !== null) views.push(toView(kept));
    }
    if (page.length < 100) return views;
    before = page.at(-1);
  }
}

function toView({ id, name, createdAt }: KeptToken): TokenView {
  return { id, name, createdAt };
}

function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}
