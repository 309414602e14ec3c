import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { FastifyRequest } from "fastify";
import type { JsonObject } from "../../json.ts";
import type { TaskView } from "../../task/task-view.ts";
import type { ApiServices } from "../api-services.ts";
import { requireMatch } from "../conditional.ts";
import { answerWith, errors, tag } from "../schemas/answers.ts";
import {
  answersBodySchema,
  idempotencySchema,
  inputParamsSchema,
  retryBodySchema,
  taskParamsSchema,
} from "../schemas/request-schemas.ts";
import { answerAccepted } from "../answer-accepted.ts";
import type { TypedApp } from "../typed-app.ts";

const scriptBodyLimit = 8 * 1024 * 1024;
const refusals = errors(400, 401, 404, 409, 412, 422);
const response = { 200: answerWith("Task", "The task after that."), ...refusals };

/** What people do with a task. Each is safe to send twice. */
export function actionRoutes(services: ApiServices): FastifyPluginAsyncTypebox {
  return async (app) => {
    addAnswer(app, services);
    addRetry(app, services);
    addSignIn(app, services);
    addPlainActions(app, services);
    addRerun(app, services);
  };
}

function addAnswer(app: TypedApp, services: ApiServices): void {
  app.post(
    "/tasks/:id/inputs",
    {
      schema: {
        ...tag("tasks", "answerTask", "Answers a task's questions, all of them at once"),
        params: taskParamsSchema,
        body: answersBodySchema,
        response,
      },
    },
    async (request) => {
      const answers = request.body.answers as JsonObject;
      return await act(services, request, (id) => services.tacklebox.answer(id, answers));
    },
  );
}

function addRetry(app: TypedApp, services: ApiServices): void {
  app.post(
    "/tasks/:id/retry",
    {
      bodyLimit: scriptBodyLimit,
      // Nothing sent is nothing special asked for.
      preValidation: async (request) => {
        request.body ??= {};
      },
      schema: {
        ...tag("tasks", "retryTask", "Retry of a task that waits for it"),
        params: taskParamsSchema,
        body: retryBodySchema,
        response,
      },
    },
    async (request) => await act(services, request, (id) => services.tacklebox.retry(id, request.body)),
  );
}

function addSignIn(app: TypedApp, services: ApiServices): void {
  const { tacklebox } = services;
  const path = "/tasks/:id/inputs/:inputId/authorization";
  const params = inputParamsSchema;
  app.post(
    path,
    {
      schema: {
        ...tag("tasks", "startSignIn", "Begins a sign-in anew, with a fresh link"),
        params,
        response,
      },
    },
    async (request) =>
      await act(services, request, (id) => tacklebox.startSignIn(id, request.params.inputId)),
  );
  app.delete(
    path,
    { schema: { ...tag("tasks", "cancelSignIn", "Calls a sign-in off"), params, response } },
    async (request) =>
      await act(services, request, (id) => tacklebox.cancelSignIn(id, request.params.inputId)),
  );
}

function addPlainActions(app: TypedApp, services: ApiServices): void {
  const plain = {
    skip: "Skips a hook that waits",
    cancel: "Ends a task",
    dismiss: "Puts an operation that has ended away from view",
  } as const;
  for (const name of ["skip", "cancel", "dismiss"] as const) {
    app.post(
      `/tasks/:id/${name}`,
      { schema: { ...tag("tasks", `${name}Task`, plain[name]), params: taskParamsSchema, response } },
      async (request) => await act(services, request, (id) => services.tacklebox[name](id)),
    );
  }
}

function addRerun(app: TypedApp, { tacklebox, feed }: ApiServices): void {
  app.post(
    "/tasks/:id/rerun",
    {
      schema: {
        ...tag("tasks", "rerunTask", "Runs a task that has ended again, in its original context"),
        params: taskParamsSchema,
        headers: idempotencySchema,
        response: {
          202: answerWith("OperationTask", "The new operation; Location names it."),
          ...errors(400, 401, 404, 409, 422, 503),
        },
      },
    },
    async (request, reply) => {
      const idempotencyKey = request.headers["idempotency-key"];
      const again = idempotencyKey === undefined ? {} : { idempotencyKey };
      return await answerAccepted(reply, feed, await tacklebox.rerun(request.params.id, again));
    },
  );
}

/** Does it on the state the caller has seen, and answers with the state after it. */
async function act(
  { feed }: ApiServices,
  request: FastifyRequest<{ Params: { id: string } }>,
  action: (id: string) => Promise<void>,
): Promise<TaskView> {
  const { id } = request.params;
  // Decided on the state as it is, not as it was handed out a moment ago.
  if (request.headers["if-match"] !== undefined) await feed.refresh(id);
  requireMatch(request, (await feed.snapshot(id)).tag);
  await action(id);
  await feed.refresh(id);
  return (await feed.snapshot(id)).view;
}
