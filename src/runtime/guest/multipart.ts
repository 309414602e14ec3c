import { blobBytes, decodeUtf8, File } from "./blob.ts";
import { joinBytes } from "./bytes.ts";
import { FormData } from "./form-data.ts";
import { host } from "./host.ts";

/** A form as `multipart/form-data`; the boundary comes from the attempt's seed. */
export function encodeMultipart(form: FormData): { bytes: Uint8Array<ArrayBuffer>; contentType: string } {
  const boundary = `----formdata-tacklebox-${hexOf(new Uint8Array(host.randomBytes(12)))}`;
  const pieces: Uint8Array[] = [];
  const addText = (text: string): void => void pieces.push(new Uint8Array(host.encodeText(text)));
  for (const [name, value] of form) {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(withCrLf(name))}"`;
    if (typeof value === "string") {
      addText(`${head}\r\n\r\n${withCrLf(value)}\r\n`);
    } else {
      addText(
        `${head}; filename="${escapeName(value.name)}"\r\nContent-Type: ${value.type || "application/octet-stream"}\r\n\r\n`,
      );
      pieces.push(blobBytes(value));
      addText("\r\n");
    }
  }
  addText(`--${boundary}--\r\n`);
  return { bytes: joinBytes(pieces), contentType: `multipart/form-data; boundary=${boundary}` };
}

function hexOf(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

function withCrLf(text: string): string {
  return text.replace(/\r?\n|\r/g, "\r\n");
}

function escapeName(name: string): string {
  return name.replaceAll("\n", "%0A").replaceAll("\r", "%0D").replaceAll('"', "%22");
}

/** Reads `multipart/form-data`. Throws a TypeError where it is not well formed. */
export function decodeMultipart(bytes: Uint8Array<ArrayBuffer>, boundary: string): FormData {
  // One character a byte: windows-1252 leaves no byte out, so positions in the text are positions in the bytes.
  const text = host.decodeText("windows-1252", false, true, bytes.slice().buffer);
  const delimiter = `--${boundary}`;
  const form = new FormData();
  let at = text.indexOf(delimiter);
  while (at >= 0) {
    at += delimiter.length;
    if (text.startsWith("--", at)) return form;
    const headEnd = text.indexOf("\r\n\r\n", at);
    const next = text.indexOf(`\r\n${delimiter}`, at);
    if (!text.startsWith("\r\n", at) || headEnd < 0 || next < 0) break;
    const head = decodeUtf8(bytes.slice(at + 2, headEnd));
    // A part without content: its head's last line end is the delimiter's.
    appendPart(form, head, bytes.slice(headEnd + 4, Math.max(next, headEnd + 4)));
    at = next + 2;
  }
  throw new TypeError("Failed to parse body as FormData: the multipart text is not well formed.");
}

function appendPart(form: FormData, head: string, content: Uint8Array<ArrayBuffer>): void {
  const disposition = /^content-disposition:\s*form-data;(.*)$/im.exec(head)?.[1] ?? "";
  const name = parameterOf(disposition, "name");
  if (name === null) throw new TypeError("Failed to parse body as FormData: a part has no name.");
  const fileName = parameterOf(disposition, "filename");
  if (fileName === null) {
    form.append(name, decodeUtf8(content));
    return;
  }
  const type = /^content-type:\s*(.*?)\s*$/im.exec(head)?.[1] ?? "text/plain";
  form.append(name, new File([content], fileName, { type }));
}

function parameterOf(text: string, name: string): string | null {
  const found = new RegExp(`(?:^|;)\\s*${name}="([^"]*)"`, "i").exec(text)?.[1];
  if (found === undefined) return null;
  return found.replace(/%0A/gi, "\n").replace(/%0D/gi, "\r").replace(/%22/g, '"');
}
