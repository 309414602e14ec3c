import type { FastifyInstance } from "fastify";

/** One file of the activity center, ready to be sent. */
export interface PageFile {
  /** Path on the server; `/` is the page itself. */
  path: string;
  contentType: string;
  body: Uint8Array;
  gzip: Uint8Array;
  brotli: Uint8Array;
}

/** Serves the activity center. Names of scripts and styles hold a hash of what is in them, so browsers keep them for good. */
export function addPage(app: FastifyInstance, files: readonly PageFile[]): void {
  for (const file of files) {
    app.get(file.path, { config: { isPublic: true }, schema: { hide: true } }, async (request, reply) => {
      const accepted = request.headers["accept-encoding"] ?? "";
      const encoding = /\bbr\b/.test(accepted) ? "br" : /\bgzip\b/.test(accepted) ? "gzip" : null;
      if (encoding !== null) reply.header("content-encoding", encoding);
      return reply
        .header("vary", "accept-encoding")
        .header("cache-control", file.path === "/" ? "no-cache" : "public, max-age=31536000, immutable")
        .type(file.contentType)
        .send(Buffer.from(encoding === "br" ? file.brotli : encoding === "gzip" ? file.gzip : file.body));
    });
  }
}
