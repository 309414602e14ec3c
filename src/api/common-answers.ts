import type { FastifyInstance } from "fastify";
import { errors } from "./schemas/answers.ts";

/** Describes what every route may answer beside its own: the guard's refusals, requests that do not fit, faults. */
export function describeCommonAnswers(app: FastifyInstance): void {
  app.addHook("onRoute", (route) => {
    const { schema, config } = route;
    if (schema === undefined || schema.hide === true) return;
    const refusals = config?.isPublic === true ? [] : [401, 429];
    const ofBodies = route.method === "GET" || route.method === "HEAD" ? [] : [413, 415];
    const common = errors(400, 403, 421, 500, 503, ...refusals, ...ofBodies);
    schema.response = { ...common, ...(schema.response as object | undefined) };
  });
}
