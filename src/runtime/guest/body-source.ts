import { decodeUtf8 } from "./blob.ts";
import { host } from "./host.ts";

/** Where the bytes of a body are; nothing is converted or fetched before it is asked for. */
export interface BodySource {
  /** As text, decoded as UTF-8 without a byte order mark. */
  text(): string;
  /** Not to be changed by the caller. */
  bytes(): Uint8Array<ArrayBuffer>;
  /** The same body, for several readers. */
  shared(): BodySource;
}

export function textSource(text: string): BodySource {
  const wellFormed = text.toWellFormed();
  const source: BodySource = {
    text: () => (wellFormed.startsWith("\ufeff") ? wellFormed.slice(1) : wellFormed),
    bytes: () => new Uint8Array(host.encodeText(wellFormed)),
    shared: () => source,
  };
  return source;
}

export function bytesSource(bytes: Uint8Array<ArrayBuffer>): BodySource {
  const source: BodySource = { text: () => decodeUtf8(bytes), bytes: () => bytes, shared: () => source };
  return source;
}

/** The body that came with the completion of a call; the host keeps it until it is taken, once. */
export function completionSource(seq: number): BodySource {
  return {
    text: () => host.takeBody(seq, "text") as string,
    bytes: () => new Uint8Array(host.takeBody(seq, "bytes") as ArrayBuffer),
    shared: () => {
      let taken: Uint8Array<ArrayBuffer> | null = null;
      const take = (): Uint8Array<ArrayBuffer> =>
        (taken ??= new Uint8Array(host.takeBody(seq, "bytes") as ArrayBuffer));
      const source: BodySource = { text: () => decodeUtf8(take()), bytes: take, shared: () => source };
      return source;
    },
  };
}
