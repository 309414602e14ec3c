import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { Clock } from "../../clock.ts";
import type { ApiServices } from "../api-services.ts";
import type { TypedApp } from "../typed-app.ts";
import { answerWith, errors, tag } from "../schemas/answers.ts";

/** How long a part may take to answer before it counts as away, in milliseconds. */
const patienceMs = 2000;

/** `GET /healthz`: the process answers. `GET /readyz`: what it needs answers too. `GET /v1/apps`. */
export function stateRoutes(services: ApiServices): FastifyPluginAsyncTypebox {
  return async (app) => {
    addHealth(app);
    addReadiness(app, services);
    addApps(app, services);
  };
}

function addHealth(app: TypedApp): void {
  app.get(
    "/healthz",
    {
      config: { isPublic: true },
      schema: {
        ...tag("state", "getHealth", "Whether the process answers"),
        security: [],
        response: { 200: answerWith("Health", "It does.") },
      },
    },
    async () => ({ status: "ok" }),
  );
}

function addReadiness(app: TypedApp, { datastore, nas, feed, clock }: ApiServices): void {
  app.get(
    "/readyz",
    {
      config: { isPublic: true },
      schema: {
        ...tag("state", "getReadiness", "Whether datastore and NAS answer"),
        security: [],
        response: {
          200: answerWith("Readiness", "They do."),
          503: answerWith("Readiness", "One is away."),
        },
      },
    },
    async (_request, reply) => {
      const [kept, nasState] = await Promise.all([
        stateOf(clock, datastore.documents.get("tokens", "none")),
        stateOf(clock, nas.listApps()),
      ]);
      const isReady = kept === "ok" && nasState === "ok";
      const { kind, durability, warnings } = datastore;
      return reply.code(isReady ? 200 : 503).send({
        status: isReady ? "ok" : "unready",
        datastore: { kind, status: kept, durability, warnings },
        nas: { status: nasState },
        tasks: feed.size,
      });
    },
  );
}

function addApps(app: TypedApp, { nas }: ApiServices): void {
  app.get(
    "/v1/apps",
    {
      schema: {
        ...tag("catalog", "listApps", "The apps that are installed on the NAS"),
        response: { 200: answerWith("AppList", "All of them."), ...errors(401, 503) },
      },
    },
    async () => ({ items: await nas.listApps() }),
  );
}

async function stateOf(clock: Clock, look: Promise<unknown>): Promise<"ok" | "away"> {
  const late = new AbortController();
  const timeUp = clock.sleep(patienceMs, late.signal).then(() => "away" as const);
  timeUp.catch(() => {});
  const answered = look.then(
    () => "ok" as const,
    () => "away" as const,
  );
  return await Promise.race([answered, timeUp]).finally(() => late.abort());
}
