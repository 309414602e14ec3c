import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

/** A key and the certificate for it, both PEM. */
export interface TestCertificate {
  key: string;
  cert: string;
}

const ecdsaWithSha256 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const commonName = [0x55, 0x04, 0x03];
const subjectAltName = [0x55, 0x1d, 0x11];
const basicConstraints = [0x55, 0x1d, 0x13];

/** Makes a certificate for these names, signed by itself and valid until 2049, by writing out its DER (RFC 5280). */
export function createSelfSignedCertificate(dnsNames: string[], ipAddresses: string[]): TestCertificate {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = sequence(der(0x06, Buffer.from(ecdsaWithSha256)));
  const name = sequence(
    der(0x31, sequence(der(0x06, Buffer.from(commonName)), der(0x0c, Buffer.from("tacklebox test")))),
  );
  const names = [
    ...dnsNames.map((text) => der(0x82, Buffer.from(text))),
    ...ipAddresses.map((text) => der(0x87, Buffer.from(text.split(".").map(Number)))),
  ];
  const extensions = sequence(
    extension(subjectAltName, sequence(...names)),
    extension(basicConstraints, sequence(der(0x01, Buffer.from([0xff])))),
  );
  const toBeSigned = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    name,
    sequence(der(0x17, Buffer.from("200101000000Z")), der(0x17, Buffer.from("491231235959Z"))),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, extensions),
  );
  const signature = sign("sha256", toBeSigned, privateKey);
  const certificate = sequence(
    toBeSigned,
    algorithm,
    der(0x03, Buffer.concat([Buffer.from([0]), signature])),
  );
  const text = certificate.toString("base64").replace(/.{64}/g, "$&\n");
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }),
    cert: `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`,
  };
}

function extension(id: number[], value: Buffer): Buffer {
  return sequence(der(0x06, Buffer.from(id)), der(0x04, value));
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
