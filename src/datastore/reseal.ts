import { keyIdOf, seal, unseal, unsealWith, type KeyRing } from "./sealing.ts";
import type { UnsealedDatastore, ValueChange } from "./stored-values.ts";

export interface ResealReport {
  /** Values that were sealed anew. */
  resealed: number;
  /** Places of values that no key opens: damaged, or moved. They were left as they are. */
  damaged: string[];
}

/**
 * Where it is written with which keys values may be sealed, besides the latest. Sealed with the very key each is about, so
 * these stay as they are until nothing needs that key any more.
 */
export const earlierKeys = { collection: "tacklebox", prefix: "earlier-key-" } as const;

const pageSize = 500;

/**
 * Seals everything anew that another key than the first of the ring has sealed. Each value is replaced only as long as it is
 * the one that was read, so that workers may go on meanwhile; what is done is done, so it may be ended at any moment and
 * begun again. Goes over everything until there is nothing left to do.
 */
export async function resealAll(datastore: UnsealedDatastore, ring: KeyRing): Promise<ResealReport> {
  let resealed = 0;
  for (;;) {
    const pass = new ResealPass(datastore, ring);
    await pass.run();
    resealed += pass.resealed;
    if (pass.resealed === 0) return { resealed, damaged: pass.damaged };
  }
}

class ResealPass {
  resealed = 0;
  readonly damaged: string[] = [];
  private readonly datastore: UnsealedDatastore;
  private readonly ring: KeyRing;

  constructor(datastore: UnsealedDatastore, ring: KeyRing) {
    this.datastore = datastore;
    this.ring = ring;
  }

  async run(): Promise<void> {
    const { documents, journals, values } = this.datastore;
    for (const collection of await values.collections()) {
      for await (const key of this.keysOf(collection)) {
        if (collection === earlierKeys.collection && key.startsWith(earlierKeys.prefix)) continue;
        const sealed = await documents.get(collection, key);
        const change = sealed === null ? null : this.changeOf(["document", collection, key], sealed);
        if (change !== null) await values.replaceDocument({ collection, key }, change);
      }
    }
    for await (const taskId of values.journals()) {
      for (const [index, sealed] of (await journals.read(taskId)).entries()) {
        const change = this.changeOf(["journal", taskId, String(index)], sealed);
        if (change !== null) await values.replaceEntry({ taskId, index }, change);
      }
    }
  }

  private async *keysOf(collection: string): AsyncGenerator<string> {
    let page = await this.datastore.documents.list(collection, { limit: pageSize });
    while (page.length > 0) {
      yield* page;
      page = await this.datastore.documents.list(collection, { before: page.at(-1) ?? "", limit: pageSize });
    }
  }

  private changeOf(place: string[], before: Uint8Array): ValueChange | null {
    const [current] = this.ring;
    if (before[0] === keyIdOf(current) && opens(current, place, before)) return null;
    let value: Uint8Array;
    try {
      value = unsealWith(this.ring, place, before);
    } catch {
      this.damaged.push(place.join("/"));
      return null;
    }
    // What somebody else has changed or removed meanwhile is looked at again in the next pass.
    this.resealed += 1;
    return { before, after: seal(current, place, value) };
  }
}

/** True when this key has sealed these bytes for this place. */
export function opens(key: Uint8Array, place: readonly string[], sealed: Uint8Array): boolean {
  try {
    unseal(key, place, sealed);
    return true;
  } catch {
    return false;
  }
}
