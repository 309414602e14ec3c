import { randomBytes } from "node:crypto";
import type { Datastore } from "../../datastore/datastore.ts";
import { offerNas } from "../../nas/remote/nas-offer.ts";
import { serveNas } from "../../nas/remote/serve-nas.ts";
import type { SimulatedWorld } from "./open-simulated.ts";

/** What a server offers to workers in other processes. */
export interface WorkerOffer {
  /** Ports it listens on for them. */
  ports: number[];
  /** Lets workers find it. No hook may reach its ports, nor that of the server's own address. */
  announce(serverUrl: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens the simulated NAS to workers where there can be any. The secret is kept where only they can read it. */
export async function offerToWorkers(
  { kind, documents }: Pick<Datastore, "kind" | "documents">,
  { nas, originMap }: Pick<SimulatedWorld, "nas" | "originMap">,
): Promise<WorkerOffer> {
  if (kind === "pglite") return { ports: [], announce: async () => {}, close: async () => {} };
  const secret = randomBytes(32).toString("base64url");
  const { url, port, close } = await serveNas(nas, { secret });
  return {
    ports: [port],
    announce: async (serverUrl) => {
      const deniedPorts = [port, portOf(serverUrl)];
      await offerNas(documents, { url, secret, originMap, deniedPorts });
    },
    close,
  };
}

/** An address with the port its scheme has anyway does not show it. */
function portOf(httpUrl: string): number {
  return Number(new URL(httpUrl).port) || 80;
}
