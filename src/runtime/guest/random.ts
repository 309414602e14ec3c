import { host } from "./host.ts";
import { defineValue, NativeUint8Array } from "./primordials.ts";

/**
 * `Math.random` from the attempt's seed: sfc32 (C. Doty-Humphrey's Small Fast Counter, public domain), its state taken
 * from the host's stream at the first call.
 */
export function installRandom(): void {
  let next: (() => number) | null = null;
  defineValue(
    Math,
    "random",
    () => {
      next ??= createGenerator(new NativeUint8Array(host.randomBytes(12)));
      const high = next() >>> 6;
      const low = next() >>> 5;
      return (high * 0x800_0000 + low) / 0x20_0000_0000_0000;
    },
    false,
  );
}

function createGenerator(seed: Uint8Array): () => number {
  const word = (at: number): number =>
    ((seed[at] ?? 0) |
      ((seed[at + 1] ?? 0) << 8) |
      ((seed[at + 2] ?? 0) << 16) |
      ((seed[at + 3] ?? 0) << 24)) >>>
    0;
  let a = word(0);
  let b = word(4);
  let c = word(8);
  let counter = 1;
  const step = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let round = 0; round < 12; round += 1) step();
  return step;
}
