import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { TaskChange } from "../../feed/change-log.ts";
import { isWantedTask, type TaskFilter } from "../../feed/task-summary.ts";
import type { ApiServices } from "../api-services.ts";
import { toFrame } from "../event-stream.ts";
import { errors, tag } from "../schemas/answers.ts";
import { eventQuerySchema, taskParamsSchema } from "../schemas/request-schemas.ts";
import { followTask } from "../follow-task.ts";
import type { TypedApp } from "../typed-app.ts";
import { toLabels } from "../to-labels.ts";

const stream = {
  200: {
    description: "Server-sent events.",
    content: { "text/event-stream": { schema: { type: "string" } } },
  },
  ...errors(400, 401, 404),
};

/** `GET /v1/events` and the events of one task. */
export function eventRoutes(services: ApiServices): FastifyPluginAsyncTypebox {
  return async (app) => {
    addEvents(app, services);
    addTaskEvents(app, services);
  };
}

function addEvents(app: TypedApp, { feed, streams }: ApiServices): void {
  const frameOf = createFramer();
  app.get(
    "/events",
    {
      schema: {
        ...tag("events", "followTasks", "All changes of tasks, as they happen"),
        querystring: eventQuerySchema,
        response: stream,
      },
    },
    async (request, reply) => {
      const { label, ...wanted } = request.query;
      const filter: TaskFilter = { ...wanted, ...toLabels(label) };
      const lastEventId = request.headers["last-event-id"];
      const client = streams.open(reply);
      const tell = (change: TaskChange): void => {
        if (isWantedTask(change.task, filter) && !client.send(frameOf(change))) unfollow();
      };
      const unfollow = feed.follow(tell);
      client.signal.addEventListener("abort", unfollow, { once: true });
      const missed = typeof lastEventId === "string" ? feed.since(lastEventId) : [];
      // Whoever comes, or comes back too late, learns from where on it is told everything.
      const event = missed === null ? "resync" : "hello";
      client.send(toFrame({ id: missed?.length ? undefined : feed.latestId, event, data: "{}" }));
      for (const change of missed ?? []) tell(change);
      return reply;
    },
  );
}

function addTaskEvents(app: TypedApp, services: ApiServices): void {
  const { feed, streams } = services;
  app.get(
    "/tasks/:id/events",
    {
      schema: {
        ...tag("events", "followTask", "A task as it stands, its changes, and its log from Last-Event-ID on"),
        params: taskParamsSchema,
        response: stream,
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      await feed.snapshot(id);
      const after = request.headers["last-event-id"];
      const client = streams.open(reply);
      void followTask(services, client, { id, after: typeof after === "string" ? after : "0.0" });
      return reply;
    },
  );
}

/** The same bytes of a change for all who get it. */
function createFramer(): (change: TaskChange) => Buffer {
  const frames = new WeakMap<TaskChange, Buffer>();
  return (change) => {
    const known = frames.get(change);
    if (known !== undefined) return known;
    const data = JSON.stringify(change.view ?? { id: change.task.id, kind: change.task.kind });
    const frame = toFrame({ id: change.id, event: change.type, data });
    frames.set(change, frame);
    return frame;
  };
}
