import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { isJsonObject, type JsonObject, type JsonValue } from "../../json.ts";

/**
 * The ports an app's values declare, the web port first: each `network.<name>.port_number`, and for custom apps the
 * published side of `custom_compose_config.services.<name>.ports`.
 */
export function declaredPortsOf(values: JsonObject): number[] {
  const network = isJsonObject(values["network"]) ? values["network"] : {};
  const found = Object.entries(network)
    .toSorted(([a], [b]) => Number(b === "web_port") - Number(a === "web_port"))
    .map(([, entry]) => (isJsonObject(entry) ? toPort(entry["port_number"]) : null));
  const compose = isJsonObject(values["custom_compose_config"]) ? values["custom_compose_config"] : {};
  const services = isJsonObject(compose["services"]) ? Object.values(compose["services"]) : [];
  for (const service of services) {
    const published = isJsonObject(service) && Array.isArray(service["ports"]) ? service["ports"] : [];
    found.push(...published.map(toPublishedPort));
  }
  return [...new Set(found.filter((port) => port !== null))];
}

/** Compose writes `8080:80`, `127.0.0.1:8080:80/tcp` or `{published, target}`. */
function toPublishedPort(entry: JsonValue): number | null {
  if (isJsonObject(entry)) return toPort(entry["published"]);
  if (typeof entry !== "string") return null;
  const parts = entry.split(":");
  return parts.length < 2 ? null : toPort(parts.at(-2));
}

function toPort(value: JsonValue | undefined): number | null {
  const port = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  return typeof port === "number" && Number.isInteger(port) && port > 0 && port < 65_536 ? port : null;
}

/** True when a server can listen there now. */
export function isPortFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/**
 * A free port that stays free while the app is not listening yet: chosen below the range from which the system takes
 * ports for outgoing connections and for servers that ask for any port, and below those that catalogs declare.
 */
export async function findFreePort(host: string, taken: ReadonlySet<number>): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 30_000);
    if (!taken.has(port) && (await isPortFree(host, port))) return port;
  }
}
