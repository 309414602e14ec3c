import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { TackleboxError } from "../../errors.ts";
import type { ApiServices } from "../api-services.ts";
import type { TypedApp } from "../typed-app.ts";
import { answerWith, bodiless, errors, tag } from "../schemas/answers.ts";

const name = Type.String({ minLength: 1, maxLength: 100, description: "For people, to know it by." });
const tokenBody = Type.Object({ name }, { additionalProperties: false });
const sessionBody = Type.Object(
  { code: Type.String({ maxLength: 100, description: "From the address that the server prints." }) },
  { additionalProperties: false },
);

/** Tokens, and the sign-in of a browser by the printed address. */
export function tokenRoutes(services: ApiServices): FastifyPluginAsyncTypebox {
  return async (app) => {
    for (const add of [addSignIn, addList, addCreate, addRevoke]) add(app, services);
  };
}

function addSignIn(app: TypedApp, { tokens, codes }: ApiServices): void {
  app.post(
    "/sessions",
    {
      config: { isPublic: true },
      schema: {
        ...tag("access", "signIn", "Exchanges a code that is good once for a token"),
        body: sessionBody,
        security: [],
        response: { 201: answerWith("NewToken", "The token; it is shown this once."), ...errors(400, 401) },
      },
    },
    async (request, reply) => {
      if (!codes.take(request.body.code)) {
        throw new TackleboxError(
          "UNAUTHORIZED",
          "code: it is not known, was used already, or is too old, expected the one of the address printed last; start the server again for a fresh one, or sign in with a token.",
        );
      }
      return reply.code(201).send(await tokens.create("browser"));
    },
  );
}

function addList(app: TypedApp, { tokens }: ApiServices): void {
  app.get(
    "/tokens",
    {
      schema: {
        ...tag("access", "listTokens", "The tokens there are, without their secrets"),
        response: { 200: answerWith("TokenList", "All tokens."), ...errors(401) },
      },
    },
    async () => ({ items: await tokens.list() }),
  );
}

function addCreate(app: TypedApp, { tokens }: ApiServices): void {
  app.post(
    "/tokens",
    {
      schema: {
        ...tag("access", "createToken", "Makes a token"),
        body: tokenBody,
        response: { 201: answerWith("NewToken", "The token; it is shown this once."), ...errors(400, 401) },
      },
    },
    async (request, reply) => reply.code(201).send(await tokens.create(request.body.name)),
  );
}

function addRevoke(app: TypedApp, { tokens, streams }: ApiServices): void {
  app.delete(
    "/tokens/:id",
    {
      schema: {
        ...tag("access", "revokeToken", "Revokes a token"),
        params: Type.Object({ id: Type.String({ maxLength: 100 }) }),
        response: { 204: bodiless("It opens nothing any more."), ...errors(401, 404) },
      },
    },
    async (request, reply) => {
      await tokens.revoke(request.params.id);
      streams.endOf(request.params.id);
      return reply.code(204).send();
    },
  );
}
