import { Type } from "typebox";

const token = {
  id: Type.String(),
  name: Type.String(),
  createdAt: Type.String({ format: "date-time" }),
};

export const tokenListSchema = Type.Object({ items: Type.Array(Type.Object(token)) }, { $id: "TokenList" });

export const newTokenSchema = Type.Object(
  { ...token, token: Type.String({ description: "To be sent as Authorization: Bearer ..." }) },
  { $id: "NewToken" },
);

export const healthSchema = Type.Object({ status: Type.Literal("ok") }, { $id: "Health" });

export const readinessSchema = Type.Object(
  {
    status: Type.Enum(["ok", "unready"] as const),
    datastore: Type.Object({
      kind: Type.Enum(["pglite", "redis", "postgres"] as const),
      status: Type.Enum(["ok", "away"] as const),
      durability: Type.String({ description: "Which loss it covers and which it does not." }),
      warnings: Type.Array(Type.String()),
    }),
    nas: Type.Object({ status: Type.Enum(["ok", "away"] as const) }),
    tasks: Type.Integer({ description: "How many there are." }),
  },
  { $id: "Readiness" },
);

export const appListSchema = Type.Object(
  {
    items: Type.Array(
      Type.Object({
        name: Type.String(),
        state: Type.Enum(["RUNNING", "DEPLOYING", "STOPPED", "STOPPING", "CRASHED"] as const),
        version: Type.String(),
        custom: Type.Boolean(),
        ports: Type.Array(Type.Integer(), {
          description: "Published on the NAS's address; the first is the primary one.",
        }),
      }),
    ),
  },
  { $id: "AppList" },
);
