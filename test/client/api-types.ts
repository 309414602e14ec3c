import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { createApiServer, type ApiServerOptions } from "../../src/api/create-api-server.ts";

const root = join(import.meta.dirname, "../..");
const generator = join(import.meta.dirname, "generator/node_modules/.bin/openapi-typescript");
const formatter = join(root, "node_modules/.bin/oxfmt");

/** Where the types are kept. */
export const apiTypesFile = join(root, "src/client/api-types.ts");

const head = "/** Made by `npm run client` from the OpenAPI document; not to be changed by hand. */\n\n";

/** The types of the HTTP API as its OpenAPI document gives them now. */
export async function makeApiTypes(): Promise<string> {
  // It is described, never asked: what its routes work with is not needed.
  const server = await createApiServer({} as ApiServerOptions);
  const document = JSON.stringify(await server.document());
  await server.close();
  const made = await pass(document, generator, [
    "--root-types",
    "--root-types-no-schema-prefix",
    "--default-non-nullable",
    "false",
  ]);
  return await pass(head + made.replace(/^\/\*\*[^]*?\*\/\s*/, ""), formatter, [
    "--stdin-filepath",
    apiTypesFile,
  ]);
}

/** What a program makes of a text. */
async function pass(input: string, program: string, args: string[]): Promise<string> {
  const child = spawn(process.execPath, [program, ...args], { cwd: root, stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.end(input);
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  if (code !== 0) throw new Error(`${program} ended with ${String(code)}: ${errors}`);
  return output;
}
