/** Bodies of the completions of one message in one frame's body, one after another: `u32le seq, u32le bytes, body`. */
export interface HeldBody {
  seq: number;
  body: Uint8Array;
}

const headerBytes = 8;

export function encodeBodies(bodies: readonly HeldBody[]): Buffer {
  const parts = bodies.flatMap(({ seq, body }) => {
    const header = Buffer.allocUnsafe(headerBytes);
    header.writeUInt32LE(seq, 0);
    header.writeUInt32LE(body.byteLength, 4);
    return [header, body];
  });
  return Buffer.concat(parts);
}

/** The bodies are views into `bytes`. */
export function decodeBodies(bytes: Buffer): HeldBody[] {
  const bodies: HeldBody[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + headerBytes + bytes.readUInt32LE(at + 4);
    bodies.push({ seq: bytes.readUInt32LE(at), body: bytes.subarray(at + headerBytes, end) });
    at = end;
  }
  return bodies;
}
