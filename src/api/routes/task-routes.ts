import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { errorCodeOf } from "../../errors.ts";
import type { TaskFilter } from "../../feed/task-summary.ts";
import { preferredType } from "../accepted-type.ts";
import type { ApiServices } from "../api-services.ts";
import {
  combineTags,
  extendTag,
  isKnown,
  sendTagged,
  waitSecondsOf,
  type TaggedJson,
} from "../conditional.ts";
import { readWhenNew } from "../read-when-new.ts";
import { readTaskLog } from "../task-log.ts";
import {
  includeQuerySchema,
  logQuerySchema,
  taskParamsSchema,
  taskQuerySchema,
} from "../schemas/request-schemas.ts";
import { answerWith, bodiless, errors, tag } from "../schemas/answers.ts";
import { toLabels } from "../to-labels.ts";
import type { TypedApp } from "../typed-app.ts";

const logTypes = ["application/json", "application/x-ndjson"] as const;

/** As one answer or, for those who ask for `application/x-ndjson`, row by row. */
const logAnswer = {
  description: "Rows, oldest first.",
  content: {
    "application/json": { schema: Type.Ref("Log#") },
    "application/x-ndjson": { schema: { type: "string" } },
  },
};

/** `GET /v1/tasks`, one task, its log. */
export function taskRoutes(services: ApiServices): FastifyPluginAsyncTypebox {
  return async (app) => {
    addTaskList(app, services);
    addTask(app, services);
    addTaskLog(app, services);
  };
}

function addTaskList(app: TypedApp, services: ApiServices): void {
  app.get(
    "/tasks",
    {
      schema: {
        ...tag("tasks", "listTasks", "Tasks, newest first"),
        querystring: taskQuerySchema,
        response: {
          200: answerWith("TaskList", "A page of tasks."),
          304: bodiless("It is what the caller has."),
          ...errors(400, 401),
        },
      },
    },
    async (request, reply) => {
      const { limit, cursor, label, q, ...wanted } = request.query;
      const filter = { ...wanted, ...(q === undefined ? {} : { text: q }), ...toLabels(label) };
      return sendTagged(
        request,
        reply,
        await readPage(services, filter, { limit: limit ?? 50, before: cursor }),
      );
    },
  );
}

function addTask(app: TypedApp, services: ApiServices): void {
  const { feed, clock } = services;
  app.get(
    "/tasks/:id",
    {
      schema: {
        ...tag(
          "tasks",
          "getTask",
          "A task; with Prefer: wait=25 and If-None-Match as soon as it has changed",
        ),
        params: taskParamsSchema,
        querystring: includeQuerySchema,
        response: {
          200: answerWith("Task", "The task as it stands."),
          304: bodiless("It is what the caller has."),
          ...errors(400, 401, 404),
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const include = (request.query.include ?? "").split(",");
      const seconds = waitSecondsOf(request);
      const read = async (): Promise<TaggedJson> => await readTask(services, id, include);
      if (seconds === 0 || request.headers["if-none-match"] === undefined)
        return sendTagged(request, reply, await read());
      const gone = new AbortController();
      reply.raw.once("close", () => gone.abort());
      const withLog = include.includes("logs");
      const wait = { feed, clock, taskId: id, withLog, seconds, signal: gone.signal };
      const found = await readWhenNew(wait, read, ({ tag: now }) => !isKnown(request, now));
      reply.header("preference-applied", `wait=${seconds}`);
      return sendTagged(request, reply, found);
    },
  );
}

function addTaskLog(app: TypedApp, { tacklebox }: ApiServices): void {
  app.get(
    "/tasks/:id/logs",
    {
      schema: {
        ...tag("tasks", "getTaskLog", "The log of a hook, or of all hooks of an operation"),
        params: taskParamsSchema,
        querystring: logQuerySchema,
        response: { 200: logAnswer, ...errors(400, 401, 404) },
      },
    },
    async (request, reply) => {
      const { after, limit = 200, level = "info" } = request.query;
      const log = await readTaskLog(tacklebox, request.params.id, {
        limit,
        level,
        ...(after === undefined ? {} : { after }),
      });
      if (preferredType(request.headers.accept, logTypes) !== "application/x-ndjson") return log;
      return reply
        .type("application/x-ndjson")
        .send(log.items.map((row) => `${JSON.stringify(row)}\n`).join(""));
    },
  );
}

/** A page of wanted tasks, whole. */
export async function readPage(
  { feed }: ApiServices,
  filter: TaskFilter,
  { limit, before }: { limit: number; before: string | undefined },
): Promise<TaggedJson> {
  const { ids, hasMore } = feed.select(filter, { limit, ...(before === undefined ? {} : { before }) });
  const found = await Promise.all(ids.map((id) => feed.snapshot(id).catch(whenGone)));
  const snapshots = found.filter((snapshot) => snapshot !== null);
  const nextCursor = hasMore ? (ids.at(-1) ?? null) : null;
  return {
    json: `{"items":[${snapshots.map(({ json }) => json).join(",")}],"nextCursor":${JSON.stringify(nextCursor)}}`,
    tag: combineTags([...snapshots.map(({ view, tag: each }) => `${view.id} ${each}`), nextCursor ?? ""]),
  };
}

/** One whose retention has ended just now is no reason not to show the others. */
function whenGone(error: unknown): null {
  if (errorCodeOf(error) === "TASK_UNKNOWN") return null;
  throw error;
}

/** One task with what was asked for beside it. */
export async function readTask(
  { feed, tacklebox }: Pick<ApiServices, "feed" | "tacklebox">,
  id: string,
  include: readonly string[],
): Promise<TaggedJson> {
  const snapshot = await feed.snapshot(id);
  const beside: string[] = [];
  if (include.includes("children") && snapshot.view.kind === "operation") {
    const children = await tacklebox.getHookTasks(id);
    beside.push(`"children":${JSON.stringify(children)}`);
  }
  if (include.includes("logs")) {
    const log = await readTaskLog(tacklebox, id, { limit: 200, level: "info" });
    beside.push(`"logs":${JSON.stringify(log)}`);
  }
  if (beside.length === 0) return snapshot;
  return {
    json: `${snapshot.json.slice(0, -1)},${beside.join(",")}}`,
    tag: extendTag(snapshot.tag, beside),
  };
}
