/** Patience with a datastore that is a server. */
export interface ServerOptions {
  /** Time for the first answer of the server, in milliseconds. */
  connectTimeoutMs: number;
  /** How long an outage may last before a store gives up, in milliseconds. */
  outageMs: number;
}
