import { Type } from "typebox";
import { hookEvents } from "../../schema/install-script.ts";
import { taskStatuses } from "../../task/task-event.ts";

const anyJson = (description: string) => Type.Record(Type.String(), Type.Unknown(), { description });
const texts = (description: string) => Type.Record(Type.String(), Type.String(), { description });
const strict = { additionalProperties: false };

/** A request that is sent again with the same key is the same request. */
export const idempotencySchema = Type.Object({
  "idempotency-key": Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      description: "Sent again with the same key, it is the same operation.",
    }),
  ),
});

/** What an install or upgrade is asked with. */
export const operationBodySchema = Type.Object(
  {
    script: Type.Optional(Type.String({ description: "Text of the install script." })),
    scriptFile: Type.Optional(
      Type.String({
        pattern: "^[A-Za-z0-9._-]{1,100}\\.json$",
        description: "Its name; default pasted.json.",
      }),
    ),
    catalogScript: Type.Optional(
      Type.String({
        maxLength: 500,
        description: "In place of `script`: a script of the server's catalog, such as plex.json.",
      }),
    ),
    appName: Type.Optional(
      Type.String({ maxLength: 100, description: "Default: the script's name without .json." }),
    ),
    catalogApp: Type.Optional(Type.Union([Type.String({ maxLength: 100 }), Type.Null()])),
    train: Type.Optional(Type.String({ maxLength: 100 })),
    fromVersion: Type.Optional(
      Type.String({ maxLength: 100, description: "Of an upgrade; default: what the NAS has." }),
    ),
    toVersion: Type.Optional(Type.String({ maxLength: 100, description: "Default: the script's." })),
    optIns: Type.Optional(
      Type.Record(Type.String(), Type.Boolean(), {
        description: "Switches of userOptional hooks, by hook id.",
      }),
    ),
    answers: Type.Optional(anyJson("Answers to installation_questions, by key.")),
    inputs: Type.Optional(anyJson("Answers to hook inputs known beforehand, by input id.")),
    expectedSha256: Type.Optional(texts("The SHA-256 each hook's sources must have, by hook id.")),
    labels: Type.Optional(texts("To choose tasks by.")),
    annotations: Type.Optional(texts("For people and programs.")),
    interactive: Type.Optional(
      Type.Boolean({ description: "False: nobody is there; a hook fails instead of waiting. Default true." }),
    ),
  },
  { ...strict, $id: "OperationBody", description: "Exactly one of `script` and `catalogScript`." },
);

export const planBodySchema = Type.Object(
  {
    ...operationBodySchema.properties,
    operation: Type.Optional(Type.Enum(["install", "upgrade"] as const, { default: "install" })),
  },
  { ...strict, $id: "PlanBody", description: "What would be asked for, and which operation." },
);

const many = <S extends Type.TSchema>(item: S, description: string) =>
  Type.Optional(Type.Array(item, { maxItems: 20, description }));

const taskFilterProperties = {
  status: many(Type.Enum(taskStatuses), "In any of these states."),
  app: Type.Optional(Type.String({ maxLength: 100, description: "Of this app." })),
  event: Type.Optional(Type.Enum(hookEvents, { description: "Hooks of this event." })),
  hook: Type.Optional(Type.String({ maxLength: 200, description: "Hooks with this id in their script." })),
  label: many(Type.String({ pattern: "^[^:]{1,200}:.{0,1000}$" }), "name:value; all of them."),
};

const pageProperties = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 50 })),
  cursor: Type.Optional(
    Type.String({ pattern: "^tsk_[a-z0-9]{1,60}$", description: "nextCursor of the page before." }),
  ),
};

export const taskQuerySchema = Type.Object(
  {
    kind: Type.Optional(Type.Enum(["operation", "hook"] as const, { default: "operation" })),
    type: Type.Optional(Type.Enum(["APP_INSTALL", "APP_UPGRADE", "APP_HOOK"] as const)),
    active: Type.Optional(Type.Boolean({ description: "True: those that have not ended." })),
    parent: Type.Optional(Type.String({ maxLength: 100, description: "Hooks of this operation." })),
    dismissed: Type.Optional(Type.Boolean()),
    q: Type.Optional(Type.String({ maxLength: 200, description: "Text in the title or the app's name." })),
    ...taskFilterProperties,
    ...pageProperties,
  },
  strict,
);

export const historyQuerySchema = Type.Object({ ...taskFilterProperties, ...pageProperties }, strict);

export const eventQuerySchema = Type.Object(
  { kind: Type.Optional(Type.Enum(["operation", "hook"] as const)), ...taskFilterProperties },
  strict,
);

export const taskParamsSchema = Type.Object({ id: Type.String({ maxLength: 100 }) });

export const inputParamsSchema = Type.Object({
  id: Type.String({ maxLength: 100 }),
  inputId: Type.String({ maxLength: 200 }),
});

export const includeQuerySchema = Type.Object(
  {
    include: Type.Optional(
      Type.String({
        pattern: "^(children|logs)(,(children|logs))?$",
        description: "children, logs, or both with a comma.",
      }),
    ),
  },
  strict,
);

export const logQuerySchema = Type.Object(
  {
    after: Type.Optional(
      Type.String({ pattern: "^\\d{1,9}\\.\\d{1,9}$", description: "Cursor of the last row known." }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 200 })),
    level: Type.Optional(Type.Enum(["debug", "info", "warn", "error"] as const, { default: "info" })),
  },
  strict,
);

export const answersBodySchema = Type.Object(
  {
    answers: anyJson(
      "By input id; what is left out takes its default, or the earlier answer where it is asked again. null takes that back.",
    ),
  },
  strict,
);

export const retryBodySchema = Type.Object(
  {
    fresh: Type.Optional(Type.Boolean({ description: "Run the hook as its script is now." })),
    script: Type.Optional(Type.String({ description: "With fresh: the install script as it is now." })),
    changeInputs: Type.Optional(
      Type.Array(Type.String(), {
        maxItems: 100,
        description:
          "Ids of inputs to ask for again before the next attempt; of questions all are asked when one is named. What is " +
          "left out of the answers then stays as it was.",
      }),
    ),
  },
  strict,
);
