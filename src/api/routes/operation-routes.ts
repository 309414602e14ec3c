import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { Operation } from "../../plan/plan.ts";
import { answerAccepted } from "../answer-accepted.ts";
import type { ApiServices } from "../api-services.ts";
import { toOperationRequest } from "../operation-request.ts";
import { answerWith, errors, tag } from "../schemas/answers.ts";
import { idempotencySchema, operationBodySchema, planBodySchema } from "../schemas/request-schemas.ts";
import type { TypedApp } from "../typed-app.ts";

/** A script may have 2 MiB of characters, each up to three bytes. */
const scriptBodyLimit = 8 * 1024 * 1024;

/** `POST /v1/plans`, `POST /v1/installs`, `POST /v1/upgrades`. */
export function operationRoutes(services: ApiServices): FastifyPluginAsyncTypebox {
  return async (app) => {
    addPlan(app, services);
    for (const operation of ["install", "upgrade"] as const) addOperation(app, services, operation);
  };
}

function addPlan(app: TypedApp, { tacklebox, catalogRoot }: ApiServices): void {
  app.post(
    "/plans",
    {
      bodyLimit: scriptBodyLimit,
      schema: {
        ...tag("operations", "plan", "Says what an operation would do; changes nothing"),
        body: planBodySchema,
        response: {
          200: answerWith("Plan", "The plan, or what is wrong with the script."),
          ...errors(400, 401, 404, 413, 415, 422, 503),
        },
      },
    },
    async (request) => {
      const { operation = "install", ...body } = request.body;
      return await tacklebox.describePlan(await toOperationRequest(operation, body, catalogRoot).read());
    },
  );
}

function addOperation(app: TypedApp, services: ApiServices, operation: Operation): void {
  const { tacklebox, catalogRoot, feed } = services;
  app.post(
    `/${operation}s`,
    {
      bodyLimit: scriptBodyLimit,
      schema: {
        ...tag("operations", operation, `Begins an ${operation}`),
        headers: idempotencySchema,
        body: operationBodySchema,
        response: {
          202: answerWith("OperationTask", "Accepted and kept; Location names the task."),
          ...errors(400, 401, 404, 409, 413, 415, 422, 503),
        },
      },
    },
    async (request, reply) => {
      const idempotencyKey = request.headers["idempotency-key"];
      const asked = toOperationRequest(operation, request.body, catalogRoot);
      const id = await tacklebox.submit(asked, idempotencyKey === undefined ? {} : { idempotencyKey });
      return await answerAccepted(reply, feed, id);
    },
  );
}
