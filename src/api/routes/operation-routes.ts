import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { Operation } from "../../plan/plan.ts";
import type { ApiServices } from "../api-services.ts";
import { toOperationRequest, type OperationBody } from "../operation-request.ts";
import { answerWith, errors, tag } from "../schemas/answers.ts";
import { operationBodySchema } from "../schemas/request-schemas.ts";

/** A script may have 2 MiB of characters, each up to three bytes. */
const scriptBodyLimit = 8 * 1024 * 1024;

/** `POST /v1/installs`, `POST /v1/upgrades`. */
export function operationRoutes({ tacklebox, catalogRoot }: ApiServices): FastifyPluginAsyncTypebox {
  const submit = async (operation: Operation, body: OperationBody): Promise<string> =>
    await tacklebox.submit(await toOperationRequest(operation, body, catalogRoot));
  return async (app) => {
    for (const operation of ["install", "upgrade"] as const) {
      app.post(
        `/${operation}s`,
        {
          bodyLimit: scriptBodyLimit,
          schema: {
            ...tag("operations", operation, `Begins an ${operation}`),
            body: operationBodySchema,
            response: {
              202: answerWith("OperationTask", "Accepted and kept; Location names the task."),
              ...errors(400, 401, 409, 422, 503),
            },
          },
        },
        async (request, reply) => {
          const id = await submit(operation, request.body);
          return reply
            .code(202)
            .header("location", `/v1/tasks/${id}`)
            .send(await tacklebox.getTask(id));
        },
      );
    }
  };
}
