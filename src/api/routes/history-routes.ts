import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { ApiServices } from "../api-services.ts";
import { combineTags, sendTagged } from "../conditional.ts";
import { answerWith, bodiless, errors, tag } from "../schemas/answers.ts";
import { historyQuerySchema } from "../schemas/request-schemas.ts";
import { toLabels } from "../to-labels.ts";
import { readPage } from "./task-routes.ts";

/** `GET /v1/history`: past executions of hooks. */
export function historyRoutes(services: ApiServices): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      "/history",
      {
        schema: {
          ...tag("tasks", "listHistory", "Executions of hooks that have ended, newest first"),
          querystring: historyQuerySchema,
          response: {
            200: answerWith("History", "A page of executions, and how long they are kept."),
            304: bodiless("It is what the caller has."),
            ...errors(400, 401),
          },
        },
      },
      async (request, reply) => {
        const { limit = 50, cursor, label, ...wanted } = request.query;
        const filter = { ...wanted, ...toLabels(label), kind: "hook", active: false } as const;
        const page = await readPage(services, filter, { limit, before: cursor });
        const { afterEndMs, maxOperations, answers } = services.tacklebox.retention;
        const retention = JSON.stringify({ afterEndSeconds: afterEndMs / 1000, maxOperations, answers });
        return sendTagged(request, reply, {
          json: `${page.json.slice(0, -1)},"retention":${retention}}`,
          tag: combineTags([page.tag, retention]),
        });
      },
    );
  };
}
