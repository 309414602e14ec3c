import { createHash } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { TackleboxError } from "../errors.ts";

/** An answer and the tag of its state. */
export interface TaggedJson {
  json: string;
  tag: string;
}

/** The tag of something put together from parts that have tags of their own. */
export function combineTags(tags: readonly string[]): string {
  return createHash("sha256").update(tags.join("\n")).digest("base64url").slice(0, 22);
}

/** True when the caller has this state already (RFC 9110, If-None-Match). */
export function isKnown(request: FastifyRequest, tag: string): boolean {
  const known = request.headers["if-none-match"];
  return known !== undefined && tagsOf(known).some((other) => other === tag || other === "*");
}

/** The tag of a task with more beside it: that of the task alone is the part before the dot. */
export function extendTag(tag: string, beside: readonly string[]): string {
  return `${tag}.${combineTags(beside)}`;
}

/**
 * Throws `PRECONDITION_FAILED` when the caller decided on another state of the task (If-Match). What stood beside the task
 * in the answer it has seen does not count.
 */
export function requireMatch(request: FastifyRequest, tag: string): void {
  const wanted = request.headers["if-match"];
  if (wanted === undefined) return;
  if (tagsOf(wanted).some((other) => other === "*" || other.split(".")[0] === tag)) return;
  throw new TackleboxError(
    "PRECONDITION_FAILED",
    `If-Match: found ${wanted.slice(0, 100)}, expected "${tag}", since the task has changed; read it again and decide anew.`,
  );
}

/** 304 when the caller has it, else the answer. */
export function sendTagged(
  request: FastifyRequest,
  reply: FastifyReply,
  { json, tag }: TaggedJson,
): FastifyReply {
  reply.header("etag", `"${tag}"`).header("cache-control", "no-cache");
  if (isKnown(request, tag)) return reply.code(304).send();
  return reply.type("application/json; charset=utf-8").send(json);
}

/** Seconds the caller is ready to wait for a change (RFC 7240, `Prefer: wait=25`); 0 when it did not say. */
export function waitSecondsOf(request: FastifyRequest): number {
  const prefer = [request.headers["prefer"] ?? []].flat().join(",");
  const seconds = Number(/(?:^|[,;\s])wait=(\d{1,4})/i.exec(prefer)?.[1] ?? 0);
  return Math.min(seconds, 60);
}

function tagsOf(header: string): string[] {
  return header.split(",").map((tag) => tag.trim().replace(/^(?:W\/)?"(.*)"$/, "$1"));
}
