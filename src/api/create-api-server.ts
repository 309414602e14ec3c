import helmet from "@fastify/helmet";
import rateLimit from "@fastify/rate-limit";
import swagger from "@fastify/swagger";
import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from "fastify";
import packageJson from "../../package.json" with { type: "json" };
import { TackleboxError, errorCodeOf, errorText } from "../errors.ts";
import type { ApiServices } from "./api-services.ts";
import { describeCommonAnswers } from "./common-answers.ts";
import { createEventStreams } from "./event-stream.ts";
import { addGuard } from "./guard.ts";
import { createInProcessFetch } from "./in-process-fetch.ts";
import { documentOptions } from "./open-api.ts";
import { RequestInvalidError, toProblem } from "./problem.ts";
import type { UiFiles } from "../ui/build-ui.ts";
import { addPage } from "./page.ts";
import { actionRoutes } from "./routes/action-routes.ts";
import { catalogRoutes } from "./routes/catalog-routes.ts";
import { eventRoutes } from "./routes/event-routes.ts";
import { historyRoutes } from "./routes/history-routes.ts";
import { operationRoutes } from "./routes/operation-routes.ts";
import { stateRoutes } from "./routes/state-routes.ts";
import { taskRoutes } from "./routes/task-routes.ts";
import { tokenRoutes } from "./routes/token-routes.ts";
import { sharedSchemas } from "./schemas/shared-schemas.ts";
import { answerUnreadable } from "./unreadable-request.ts";

export interface ApiServerOptions extends Omit<ApiServices, "streams"> {
  /** Names under which the server is reached beside localhost and addresses. */
  allowedHosts?: readonly string[];
  /** The activity center; absent: only the API. */
  page?: UiFiles;
  /** Wrong tokens from one address in a minute, before it is told to wait; default 20. */
  maxFailures?: number;
  /** Hears of trouble that needs no answer. */
  onTrouble(text: string): void;
}

export interface ApiServer {
  /** Begins to listen; resolves with its address, `http://host:port`. */
  listen(at: { host: string; port: number }): Promise<string>;
  /** Answers a request of this process, without a port. */
  fetch(request: Request): Promise<Response>;
  /** The OpenAPI document. */
  document(): Promise<object>;
  /** Lets clients go and stops listening. The services stay the caller's. */
  close(): Promise<void>;
}

/** Bodies that hold no install script. */
const bodyLimit = 1024 * 1024;

export async function createApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const streams = createEventStreams();
  const app = fastify({
    bodyLimit,
    // A request that takes its time must not hold up the server's end.
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 300 },
    clientErrorHandler: answerUnreadable,
    // A path that cannot be decoded; also in an error of ours.
    frameworkErrors: (error, request, reply) => void sendProblem({ error, request, reply, options }),
    ajv: { customOptions: { allErrors: true, coerceTypes: "array", removeAdditional: false } },
  });
  // An expectation nobody has heard of is no reason to refuse (RFC 9110, 10.1.1).
  app.server.on("checkExpectation", (request, response) => app.server.emit("request", request, response));
  await prepare(app, options);
  const services: ApiServices = { ...options, streams };
  await app.register(stateRoutes(services));
  for (const routes of [
    taskRoutes,
    historyRoutes,
    catalogRoutes,
    actionRoutes,
    operationRoutes,
    eventRoutes,
    tokenRoutes,
  ]) {
    await app.register(routes(services), { prefix: "/v1" });
  }
  app.get("/openapi.json", { config: { isPublic: true }, schema: { hide: true } }, async () => app.swagger());
  if (options.page !== undefined) addPage(app, options.page);
  return {
    listen: async ({ host, port }) => await app.listen({ host, port }),
    fetch: createInProcessFetch(app),
    document: async () => {
      await app.ready();
      return app.swagger();
    },
    close: async () => {
      streams.close();
      await app.close();
    },
  };
}

async function prepare(app: FastifyInstance, options: ApiServerOptions): Promise<void> {
  // Answers are what they are; their schemas describe them, and a test holds them to it.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.removeContentTypeParser("text/plain");
  app.setErrorHandler((error: FastifyError, request, reply) =>
    sendProblem({ error, request, reply, options }),
  );
  app.setNotFoundHandler((request) => {
    throw new TackleboxError(
      "ROUTE_UNKNOWN",
      `${request.method} ${pathOf(request)}: there is no such address; see /openapi.json.`,
    );
  });
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", "https:", "data:"],
        connectSrc: ["'self'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
    },
    // The link to a provider's page must not tell where it came from.
    referrerPolicy: { policy: "no-referrer" },
    // It is reached over plain HTTP on a LAN.
    strictTransportSecurity: false,
  });
  await app.register(rateLimit, { global: false });
  describeCommonAnswers(app);
  await app.register(swagger, documentOptions(packageJson.version));
  for (const schema of sharedSchemas) app.addSchema(schema);
  const { tokens, allowedHosts = [], maxFailures } = options;
  await addGuard(app, { tokens, allowedHosts, ...(maxFailures === undefined ? {} : { maxFailures }) });
}

function sendProblem(answer: {
  error: FastifyError;
  request: FastifyRequest;
  reply: FastifyReply;
  options: ApiServerOptions;
}): FastifyReply {
  const { request, reply, options } = answer;
  const error = toOwnError(answer.error);
  const problem = toProblem(error, pathOf(request));
  if (errorCodeOf(error) === null || problem.status >= 500) {
    options.onTrouble(`${request.method} ${pathOf(request)}: ${errorText(answer.error)}`);
  }
  return reply.code(problem.status).type("application/problem+json").send(problem);
}

/** What fastify itself refuses, in our words. */
function toOwnError(error: FastifyError): Error {
  if (error.validation !== undefined) {
    const part = error.validationContext ?? "request";
    const errors = error.validation.map(({ instancePath, message, params }) => ({
      code: "REQUEST_INVALID",
      pointer: instancePath,
      detail: `${part}${instancePath}: ${message ?? "does not fit"}${extraOf(params)}`,
    }));
    return new RequestInvalidError(
      `${errors.map(({ detail }) => detail).join("; ")}. Correct the fields named.`,
      errors,
    );
  }
  switch (error.code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return new TackleboxError("BODY_TOO_LARGE", "body: it is larger than this address takes; send less.");
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return new TackleboxError("MEDIA_TYPE", "content-type: found another one, expected application/json.");
    default:
      return (error.statusCode ?? 500) < 500 && errorCodeOf(error) === null
        ? new TackleboxError("REQUEST_INVALID", `request: ${error.message}. Correct it.`)
        : error;
  }
}

function extraOf(params: Record<string, unknown>): string {
  const extra = params["additionalProperty"] ?? params["allowedValues"];
  return extra === undefined ? "" : `: ${JSON.stringify(extra)}`;
}

function pathOf(request: FastifyRequest): string {
  return request.url.split("?")[0] ?? request.url;
}
