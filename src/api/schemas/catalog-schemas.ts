import { Type } from "typebox";
import { hookEvents } from "../../schema/install-script.ts";
import { inputSchema } from "./task-schemas.ts";

const nullable = <S extends Type.TSchema>(schema: S) => Type.Union([schema, Type.Null()]);
const text = nullable(Type.String());
const anyValue = Type.Unknown();
const texts = Type.Record(Type.String(), Type.String());
const link = Type.Object({ url: Type.String(), label: Type.String() });
const sha256 = nullable(Type.String({ description: "SHA-256 of the hook's sources." }));

const problem = Type.Object({
  severity: Type.Enum(["error", "warning"] as const),
  code: Type.String({ description: "One of docs/reference/errors.md." }),
  file: Type.Optional(Type.String()),
  pointer: Type.String({ description: "JSON pointer into the install script." }),
  line: Type.Integer({ description: "From 1." }),
  column: Type.Integer({ description: "From 1." }),
  message: Type.String(),
});

const question = Type.Object({
  key: Type.String(),
  question: Type.String(),
  description: text,
  type: Type.Enum(["text", "number", "select", "boolean", "password"] as const),
  required: Type.Boolean(),
  default: anyValue,
  isDefaultComputed: Type.Boolean({
    description: "True: left unanswered, the NAS or chance gives the answer.",
  }),
  placeholder: text,
  options: Type.Array(Type.Object({ text: Type.String(), value: anyValue })),
  installOnly: Type.Boolean(),
});

const userOptional = {
  label: Type.String(),
  description: text,
  default: Type.Boolean(),
  link: nullable(link),
};

const reach = Type.Object({
  rule: Type.String({ description: "Which rule of the network policy allows it." }),
  what: Type.String({ description: "host, host:port or origin." }),
  text: Type.String({ description: "For people." }),
});

const hook = Type.Object({
  id: Type.String(),
  event: Type.Enum(hookEvents),
  description: text,
  optional: Type.Boolean(),
  userOptional: nullable(Type.Object(userOptional)),
  condition: Type.Object({ fromVersionRange: text, toVersionRange: text }),
  inputs: Type.Array(inputSchema),
  timeout: Type.Number({ description: "Seconds of active time." }),
  retries: Type.Integer(),
  labels: texts,
  annotations: texts,
  sha256,
  mayReach: Type.Array(reach),
});

const catalogEntry = {
  script: Type.String({ description: "As `catalogScript` of a request takes it." }),
  title: Type.String(),
  description: text,
  icon: text,
  version: text,
  custom: Type.Boolean(),
  internal: Type.Boolean({ description: "True: not to be shown in production stores." }),
  questions: Type.Array(question),
  hooks: Type.Array(hook),
  problems: Type.Array(problem),
  lock: nullable(
    Type.Enum(["as-locked", "changed", "unlisted"] as const, {
      description: "How it stands to the catalog's lock file; null when there is none.",
    }),
  ),
};

export const catalogEntrySchema = Type.Object(catalogEntry, { $id: "CatalogEntry" });

export const catalogSchema = Type.Object(
  { items: Type.Array(Type.Ref("CatalogEntry#")) },
  { $id: "Catalog", description: "The install scripts of the server's catalog." },
);

export const catalogScriptSchema = Type.Object(
  { ...catalogEntry, text: Type.String({ description: "The install script itself." }) },
  { $id: "CatalogScript" },
);

const step = Type.Object({
  kind: Type.Enum(["hook", "app", "directories", "running"] as const),
  title: Type.String(),
  hookId: text,
  runs: Type.Boolean(),
  reason: nullable(Type.String({ description: "Why a hook runs or does not." })),
  sha256,
});

const requirement = Type.Object({
  kind: Type.Enum(["location", "specification", "permission", "port"] as const),
  what: Type.String(),
  isMet: nullable(Type.Boolean({ description: "Null: the NAS does not tell." })),
  text: Type.String(),
});

export const planSchema = Type.Object(
  {
    valid: Type.Boolean({ description: "False: the script or a hook's code has errors." }),
    problems: Type.Array(problem),
    refusals: Type.Array(Type.Object({ code: Type.String(), title: Type.String(), message: Type.String() }), {
      description: "Why the request as it is would be refused although the script is good.",
    }),
    operation: Type.Enum(["install", "upgrade"] as const),
    appName: Type.String(),
    fromVersion: text,
    toVersion: text,
    steps: Type.Array(step),
    questions: Type.Array(question),
    userOptional: Type.Array(Type.Object({ ...userOptional, hookId: Type.String(), isOn: Type.Boolean() }), {
      description: "Hooks the user may leave out.",
    }),
    permissions: Type.Array(Type.Object({ hookId: Type.String(), mayReach: Type.Array(reach) })),
    requirements: Type.Array(requirement),
    values: nullable(
      Type.Record(Type.String(), Type.Unknown(), {
        description: "What the NAS would be given, secrets masked; null while it cannot be told.",
      }),
    ),
    predictedSeconds: nullable(Type.Number()),
  },
  { $id: "Plan", description: "What an operation would do, before anybody says yes." },
);
