import { toDomString } from "./dom-string.ts";
import { Blob, blobBytes, decodeUtf8, isBlob } from "./blob.ts";
import { BodyStream, streamSource } from "./body-stream.ts";
import { bytesSource, textSource, type BodySource } from "./body-source.ts";
import { copyBytes, isBufferSource } from "./bytes.ts";
import { FormData, isFormData } from "./form-data.ts";
import type { Headers } from "./headers.ts";
import { decodeMultipart, encodeMultipart } from "./multipart.ts";
import { parsePairs, URLSearchParams } from "./url-search-params.ts";

/** A body and the content type it brings with it. */
interface ExtractedBody {
  source: BodySource | null;
  contentType: string | null;
}

/** Makes a body of what hook code passes as one. */
export function extractBody(body: unknown): ExtractedBody {
  if (body === null || body === undefined) return { source: null, contentType: null };
  if (isBlob(body)) return { source: bytesSource(blobBytes(body)), contentType: body.type || null };
  if (isFormData(body)) {
    const { bytes, contentType } = encodeMultipart(body);
    return { source: bytesSource(bytes), contentType };
  }
  if (isBufferSource(body)) return { source: bytesSource(copyBytes(body)), contentType: null };
  if (body instanceof BodyStream) return { source: streamSource(body), contentType: null };
  const contentType =
    body instanceof URLSearchParams
      ? "application/x-www-form-urlencoded;charset=UTF-8"
      : "text/plain;charset=UTF-8";
  return { source: textSource(toDomString(body)), contentType };
}

/** Takes the body out for sending; null when there is none. Marks it as used. */
export let takeBodySource: (carrier: BodyCarrier) => BodySource | null;
/** The body shared by the original and its clone. */
export let shareBodySource: (carrier: BodyCarrier) => BodySource | null;
/** Gives a carrier its body, once. */
export let setBodySource: (carrier: BodyCarrier, source: BodySource | null) => void;

/** What `Request` and `Response` have in common. Bodies are whole: they have arrived before the hook sees them. */
export abstract class BodyCarrier {
  #source: BodySource | null = null;
  #used = false;
  #stream: BodyStream | null = null;

  abstract get headers(): Headers;

  get bodyUsed(): boolean {
    return this.#used || (this.#stream?.disturbed ?? false);
  }

  /** A minimal stream of one chunk: `getReader()`, `cancel()`, `for await`. */
  get body(): BodyStream | null {
    if (this.#source === null) return null;
    this.#stream ??= new BodyStream(this.#source);
    return this.#stream;
  }

  async text(): Promise<string> {
    return this.#take()?.text() ?? "";
  }
  async json(): Promise<unknown> {
    return JSON.parse(this.#take()?.text() ?? "") as unknown;
  }
  async arrayBuffer(): Promise<ArrayBuffer> {
    return this.#takeBytes().buffer;
  }
  async bytes(): Promise<Uint8Array> {
    return this.#takeBytes();
  }
  async blob(): Promise<Blob> {
    const type = (this.headers.get("content-type") ?? "").replaceAll("; ", ";");
    return new Blob([this.#takeBytes()], { type });
  }

  async formData(): Promise<FormData> {
    const contentType = this.headers.get("content-type") ?? "";
    const kind = (contentType.split(";")[0] ?? "").trim().toLowerCase();
    if (kind === "multipart/form-data") {
      const boundary = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
      if (boundary !== null) {
        return decodeMultipart(this.#takeBytes(), (boundary[1] ?? boundary[2]) as string);
      }
    }
    if (kind === "application/x-www-form-urlencoded") {
      const form = new FormData();
      for (const [name, value] of parsePairs(decodeUtf8(this.#takeBytes()))) form.append(name, value);
      return form;
    }
    throw new TypeError(
      'Content-Type was not one of "multipart/form-data" or "application/x-www-form-urlencoded".',
    );
  }

  #takeBytes(): Uint8Array<ArrayBuffer> {
    const source = this.#take();
    return source === null ? new Uint8Array(0) : copyBytes(source.bytes());
  }

  #take(): BodySource | null {
    if (this.bodyUsed) throw new TypeError("Body is unusable: Body has already been read");
    if (this.#stream?.locked === true) throw new TypeError("Body is unusable: Body is locked");
    if (this.#source !== null) this.#used = true;
    return this.#source;
  }

  static {
    takeBodySource = (carrier) => carrier.#take();
    shareBodySource = (carrier) => {
      if (carrier.bodyUsed || carrier.#stream?.locked === true) {
        throw new TypeError(`${carrier.constructor.name}.clone: Body has already been consumed.`);
      }
      carrier.#source = carrier.#source?.shared() ?? null;
      return carrier.#source;
    };
    setBodySource = (carrier, source) => {
      carrier.#source = source;
    };
  }
}
