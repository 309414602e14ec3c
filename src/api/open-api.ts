import type { FastifyDynamicSwaggerOptions } from "@fastify/swagger";

/** What the OpenAPI document says beside the routes. */
export function documentOptions(version: string): FastifyDynamicSwaggerOptions {
  return {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "tacklebox",
        version,
        description:
          "Installs and upgrades of apps on a NAS, with the lifecycle hooks of their install scripts.",
        license: { name: "MIT", identifier: "MIT" },
      },
      servers: [{ url: "/", description: "This server." }],
      tags: [
        { name: "operations", description: "Installs and upgrades." },
        { name: "tasks", description: "What is under way, and what was." },
        { name: "events", description: "Changes as they happen." },
        { name: "catalog", description: "What can be installed, and what is." },
        { name: "access", description: "Tokens." },
        { name: "state", description: "Whether the server is well." },
      ],
      components: {
        securitySchemes: {
          token: { type: "http", scheme: "bearer", description: "A token such as tbx_..." },
        },
      },
      security: [{ token: [] }],
    },
    refResolver: {
      buildLocalReference: (json, _baseUri, _fragment, index) =>
        typeof json["$id"] === "string" ? json["$id"] : `Schema${index}`,
    },
  };
}
