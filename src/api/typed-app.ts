import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";

/** The server as routes see it: what their schemas say of a request is its type. */
export type TypedApp = Parameters<FastifyPluginAsyncTypebox>[0];
