import type { FastifyInstance } from "fastify";
import type { UiFiles } from "../ui/build-ui.ts";

/** Serves the activity center. Names of scripts and styles hold a hash of what is in them, so browsers keep them for good. */
export function addPage(app: FastifyInstance, files: UiFiles): void {
  for (const file of files) {
    app.get(file.path, { config: { isPublic: true }, schema: { hide: true } }, async (request, reply) => {
      const accepted = request.headers["accept-encoding"] ?? "";
      const encoding = /\bbr\b/.test(accepted) ? "br" : /\bgzip\b/.test(accepted) ? "gzip" : null;
      if (encoding !== null) reply.header("content-encoding", encoding);
      return reply
        .header("vary", "accept-encoding")
        .header("cache-control", file.immutable ? "public, max-age=31536000, immutable" : "no-cache")
        .type(file.contentType)
        .send(encoding === "br" ? file.brotli : encoding === "gzip" ? file.gzip : file.body);
    });
  }
}
