import type { BodySource } from "./body-source.ts";
import { copyBytes } from "./bytes.ts";

/** The body behind a stream, for sending it on. */
export let streamSource: (stream: BodyStream) => BodySource;

interface ReadResult {
  done: boolean;
  value: Uint8Array | undefined;
}

/**
 * As much of a ReadableStream as `response.body` needs: one chunk, the whole body. Not a global class; `pipeTo`,
 * `pipeThrough` and `tee` are missing.
 */
export class BodyStream {
  readonly #source: BodySource;
  #locked = false;
  #disturbed = false;

  constructor(source: BodySource) {
    this.#source = source;
  }

  get locked(): boolean {
    return this.#locked;
  }

  /** True once something was read or the stream was cancelled. */
  get disturbed(): boolean {
    return this.#disturbed;
  }

  async cancel(): Promise<void> {
    if (this.#locked) throw new TypeError("Invalid state: ReadableStream is locked");
    this.#disturbed = true;
  }

  getReader(): { read(): Promise<ReadResult>; cancel(): Promise<void>; releaseLock(): void } {
    if (this.#locked) throw new TypeError("Invalid state: ReadableStream is locked");
    this.#locked = true;
    return {
      read: async () => this.#read(),
      cancel: async () => {
        this.#disturbed = true;
      },
      releaseLock: () => {
        this.#locked = false;
      },
    };
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    const { value } = this.#read();
    if (value !== undefined) yield value;
  }

  get [Symbol.toStringTag](): string {
    return "ReadableStream";
  }

  #read(): ReadResult {
    if (this.#disturbed) return { done: true, value: undefined };
    this.#disturbed = true;
    const value = copyBytes(this.#source.bytes());
    return value.length === 0 ? { done: true, value: undefined } : { done: false, value };
  }

  static {
    streamSource = (stream) => {
      if (stream.#locked || stream.#disturbed) {
        throw new TypeError("Response body object should not be disturbed or locked");
      }
      stream.#disturbed = true;
      return stream.#source;
    };
  }
}
