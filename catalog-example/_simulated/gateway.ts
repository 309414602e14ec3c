import type { AppBehaviour, AppReply, AppRequest, AppState } from "../../src/nas/simulated/app-behaviour.ts";

/** A reverse proxy whose version 2 has another API than version 1 and starts with no routes but an export. */
export const gateway: AppBehaviour = (request, state) =>
  state.version.startsWith("1.") ? answerV1(request, state) : answerV2(request, state);

const routesV1 = ["media.home -> 192.168.1.5:8096", "photos.home -> 192.168.1.5:30150"];

function answerV1(request: AppRequest, { data }: AppState): AppReply | null {
  switch (`${request.method} ${request.path}`) {
    case "PUT /api/v1/frozen":
      data["frozen"] = true;
      return { status: 204 };
    case "POST /api/v1/export":
      if (data["frozen"] !== true) return { status: 409, body: { error: "routes may change" } };
      data["export"] = routesV1;
      return { status: 201, body: { count: routesV1.length } };
    default:
      return null;
  }
}

function answerV2(request: AppRequest, { data }: AppState): AppReply | null {
  const routes = (data["routes"] ?? {}) as Record<string, string>;
  const host = /^\/api\/v2\/routes\/([^/]+)$/.exec(request.path)?.[1];
  if (request.method === "PUT" && host !== undefined) {
    data["routes"] = {
      ...routes,
      [decodeURIComponent(host)]: (JSON.parse(request.body) as { target: string }).target,
    };
    return { status: 200 };
  }
  switch (`${request.method} ${request.path}`) {
    case "GET /api/v2/status":
      return { status: 200, body: { routes: Object.keys(routes).length } };
    case "GET /api/v2/export":
      return { status: 200, body: data["export"] ?? [] };
    case "DELETE /api/v2/export":
      delete data["export"];
      return { status: 204 };
    case "DELETE /api/v1":
      return { status: 204 };
    default:
      return null;
  }
}
