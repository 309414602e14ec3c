import { Type } from "typebox";
import { hookEvents } from "../../schema/install-script.ts";
import { taskStatuses } from "../../task/task-event.ts";

/** The views of tasks as the API answers them; `test/api/schemas.test.ts` holds them to the types of `src/task`. */

const nullable = <S extends Type.TSchema>(schema: S) => Type.Union([schema, Type.Null()]);
const when = (description: string) => nullable(Type.String({ format: "date-time", description }));
const texts = (description: string) => Type.Record(Type.String(), Type.String(), { description });
const percent = Type.Integer({ minimum: 0, maximum: 100, description: "Whole percent." });
const status = Type.Enum(taskStatuses, { description: "See docs/reference/task-states.md." });
const sha256 = (description: string) => nullable(Type.String({ description }));
const anyValue = (description: string) => Type.Unknown({ description });

const detail = Type.Object({ label: Type.String(), value: anyValue("Any JSON value.") });

const source = Type.Object({
  file: Type.String(),
  line: Type.Integer(),
  column: Type.Integer(),
  snippet: Type.Optional(Type.String()),
  inline: Type.Optional(
    Type.Object({ pointer: Type.String(), line: Type.Integer(), column: Type.Integer() }),
  ),
});

export const taskErrorSchema = Type.Object(
  {
    code: Type.String({ description: "One of the codes of docs/reference/errors.md." }),
    title: Type.String(),
    detail: Type.String({ description: "Where, what was found, what was expected, what to do." }),
    context: Type.Array(detail),
    source: Type.Union([source, Type.Null()], { description: "The author's own line, when it is known." }),
    checkpointId: nullable(Type.String()),
  },
  { $id: "TaskError", description: "Why a task failed or waits." },
);

const action = Type.Object(
  {
    name: Type.String(),
    inputId: Type.Optional(Type.String()),
    type: Type.Optional(Type.String({ description: "Of the input: oauth or question." })),
  },
  { description: "What may be done now; nothing else is possible." },
);

const checkpoint = Type.Object({
  id: Type.String(),
  message: Type.String(),
  status: Type.Enum(["pending", "active", "completed", "skipped", "failed", "awaiting_retry"] as const),
  at: when("When it came to this."),
});

const question = Type.Object({
  type: Type.Enum(["text", "number", "select", "boolean", "password"] as const),
  key: Type.String(),
  default: Type.Optional(anyValue("What is taken when nothing is answered.")),
  placeholder: Type.Optional(Type.String()),
  options: Type.Optional(
    Type.Array(Type.Object({ text: Type.String(), value: anyValue("What is answered.") })),
  ),
});

const authorization = Type.Object({
  url: Type.String({ description: "The provider's page." }),
  userCode: nullable(Type.String({ description: "To be typed in there." })),
  expiresAt: when("The end of its life."),
});

export const inputSchema = Type.Object({
  id: Type.String(),
  type: Type.Enum(["oauth", "question"] as const),
  title: Type.String(),
  description: nullable(Type.String()),
  state: Type.Enum(["waiting", "provided", "failed"] as const),
  required: Type.Boolean(),
  provider: Type.Optional(Type.String()),
  authorization: Type.Optional(nullable(authorization)),
  question: Type.Optional(question),
  error: Type.Optional(Type.String()),
});

const common = {
  id: Type.String(),
  status,
  revision: Type.Integer({ description: "Rises with each change." }),
  appName: Type.String(),
  title: Type.String(),
  progress: percent,
  createdAt: Type.String({ format: "date-time" }),
  startedAt: when("When it began."),
  updatedAt: Type.String({ format: "date-time" }),
  finishedAt: when("When it ended."),
  cancelRequestedAt: when("When somebody asked for its end."),
  error: nullable(Type.Ref("TaskError#")),
  actions: Type.Array(action),
  labels: texts("To choose tasks by."),
  annotations: texts("For people and programs; nothing is chosen by them."),
  retryOf: nullable(Type.String({ description: "The task this one runs again." })),
  logs: Type.Optional(Type.Ref("Log#", { description: "With include=logs: the beginning of its log." })),
  predictedSeconds: nullable(Type.Number({ description: "How long it usually takes." })),
};

export const hookTaskSchema = Type.Object(
  {
    kind: Type.Literal("hook"),
    type: Type.Literal("APP_HOOK"),
    ...common,
    parentId: Type.String(),
    hookId: Type.String(),
    event: Type.Enum(hookEvents),
    optional: Type.Boolean(),
    attempt: Type.Integer(),
    maxAttempts: Type.Integer(),
    checkpoints: Type.Array(checkpoint),
    inputs: Type.Array(inputSchema),
    durationMs: Type.Integer({ description: "Active time over all attempts, in milliseconds." }),
    bundleSha256: sha256("SHA-256 of the code that ran last."),
    sourceSha256: sha256("SHA-256 of its sources."),
  },
  { $id: "HookTask", description: "One execution of a hook." },
);

const step = Type.Object({
  kind: Type.Enum(["hook", "app", "directories", "running"] as const),
  title: Type.String(),
  status,
  progress: percent,
  taskId: nullable(Type.String()),
  hookId: nullable(Type.String()),
  reason: nullable(Type.String()),
  startedAt: when("When it began."),
  finishedAt: when("When it ended."),
});

export const operationTaskSchema = Type.Object(
  {
    kind: Type.Literal("operation"),
    type: Type.Enum(["APP_INSTALL", "APP_UPGRADE"] as const),
    ...common,
    outcome: nullable(Type.Enum(["completed", "completed_with_skips"] as const)),
    fromVersion: nullable(Type.String()),
    toVersion: nullable(Type.String()),
    progressText: nullable(Type.String()),
    steps: Type.Array(step),
    dismissedAt: when("When somebody put it out of sight."),
    children: Type.Optional(
      Type.Array(Type.Ref("HookTask#"), { description: "With include=children: its hooks." }),
    ),
  },
  { $id: "OperationTask", description: "An install or upgrade." },
);

export const taskSchema = Type.Union([Type.Ref("HookTask#"), Type.Ref("OperationTask#")], { $id: "Task" });

export const taskListSchema = Type.Object(
  {
    items: Type.Array(Type.Ref("Task#")),
    nextCursor: nullable(Type.String({ description: "For the next page; null at the end." })),
  },
  { $id: "TaskList" },
);

export const historySchema = Type.Object(
  {
    items: Type.Array(Type.Ref("HookTask#")),
    nextCursor: nullable(Type.String({ description: "For the next page; null at the end." })),
    retention: Type.Object({
      afterEndSeconds: Type.Number({ description: "How long an operation is kept after its end." }),
      maxOperations: Type.Integer({ description: "How many are kept at most." }),
      answers: Type.Enum(["wipe-at-end", "keep"] as const, { description: "What becomes of answers." }),
    }),
  },
  { $id: "History" },
);

export const logRowSchema = Type.Object(
  {
    cursor: Type.String({ description: "Where it stands; rows after it are asked for with `after`." }),
    taskId: Type.String(),
    hookId: Type.String(),
    attempt: Type.Integer(),
    at: Type.String({ format: "date-time" }),
    level: Type.Enum(["debug", "info", "warn", "error"] as const),
    message: Type.String(),
  },
  { $id: "LogRow" },
);

export const logSchema = Type.Object(
  {
    items: Type.Array(Type.Ref("LogRow#")),
    next: Type.String({ description: "Cursor of the last row, or the one that was asked from." }),
  },
  { $id: "Log" },
);
