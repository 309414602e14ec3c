/** What the guest itself refuses, so that it never builds a message the host would end it for. */

/** JSON text of one message, in UTF-16 units; three bytes each still fit a frame of 1 MiB. */
export const maxMessageChars = 256 * 1024;
/** Calls that wait for their answer at one time. */
export const maxPendingCalls = 1000;
/** Bytes of one request body. */
export const maxBodyBytes = 8 * 1024 * 1024;
/** Characters of one log line; the rest is cut with a mark. */
export const maxLogLineChars = 64 * 1024;
/** Characters of each text of a failure. */
export const maxFailureChars = 8 * 1024;
/** Rows of detail of `ctx.fail` and `ctx.awaitCheckpointRetry`; further ones are dropped. */
export const maxDetailRows = 50;
/** Characters of one label or value of such a row. */
export const maxDetailChars = 1024;
/** Bytes one call of `crypto.getRandomValues` may fill (Web Crypto). */
export const maxRandomBytes = 65_536;
