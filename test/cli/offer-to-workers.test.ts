import { expect, it } from "vitest";
import { offerToWorkers } from "../../src/cli/serve/offer-to-workers.ts";
import { createMemoryStores } from "../../src/datastore/memory-stores.ts";
import { createSimulatedNas } from "../../src/nas/create-simulated-nas.ts";
import { requireNasOffer } from "../../src/nas/remote/nas-offer.ts";

it.each([
  ["http://127.0.0.1:8330", 8330],
  ["http://127.0.0.1:80", 80],
])("keeps the hooks of other workers away from the server at %s", async (serverUrl, port) => {
  const { documents } = createMemoryStores();
  const nas = await createSimulatedNas();
  const offer = await offerToWorkers({ kind: "redis", documents }, { nas, originMap: [] });
  try {
    await offer.announce(serverUrl);
    expect((await requireNasOffer(documents, "redis://here")).deniedPorts).toEqual([...offer.ports, port]);
  } finally {
    await offer.close();
    await nas.close();
  }
});
