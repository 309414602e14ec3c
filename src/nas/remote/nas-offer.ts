import type { DocumentStore } from "../../datastore/datastore.ts";
import { TackleboxError } from "../../errors.ts";
import { getJson, putJson } from "../../install/stored-json.ts";
import type { NasAddress } from "./nas-line.ts";

/** What a worker needs beside the datastore: the simulated NAS of a server, and how hooks see the world there. */
export interface NasOffer extends NasAddress {
  /** Sends origins of sign-ins to the server's stand-in. */
  originMap: { from: string; to: string }[];
  /** The server's own listeners. */
  deniedPorts: number[];
}

const collection = "nas";
const key = "offer";

/** Keeps it in the datastore, sealed, where workers find it. The latest one counts. */
export async function offerNas(documents: DocumentStore, offer: NasOffer): Promise<void> {
  await putJson(documents, collection, key, offer);
}

/** Throws `NAS_UNREACHABLE` when no server has offered one. */
export async function requireNasOffer(documents: DocumentStore, displayUrl: string): Promise<NasOffer> {
  const offer = await getJson<NasOffer>(documents, collection, key);
  if (offer !== null) return offer;
  throw new TackleboxError(
    "NAS_UNREACHABLE",
    `${displayUrl}: no server has offered its NAS there, expected one; ` +
      "start tacklebox serve on the same datastore first.",
  );
}
