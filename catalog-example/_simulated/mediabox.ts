import { isJsonObject } from "../../src/json.ts";
import type { AppBehaviour, AppReply, AppRequest, AppState } from "../../src/nas/simulated/app-behaviour.ts";

/** A media server. The library "Shows" cannot be created the first time, so that there is something to retry. */
export const mediabox: AppBehaviour = (request, state) => {
  const { data } = state;
  switch (`${request.method} ${request.path}`) {
    case "GET /identity":
      return { status: 200, body: { name: data["name"] ?? null, version: state.version } };
    case "POST /account/claim": {
      const token = request.headers["x-token"];
      if (token === undefined) return xmlError(401, "A token is needed");
      data["owner"] = token;
      return { status: 200 };
    }
    case "PUT /:/prefs":
      data["name"] = request.query["friendlyName"] ?? null;
      return { status: 200 };
    case "POST /library/sections":
      return createLibrary(request, data);
    case "POST /library/scan":
      return { status: 200, body: { scanned: librariesOf(data).length } };
    case "POST /watchlists/migrate":
      return { status: 204 };
    default:
      return request.path.startsWith("/maintenance/backups") ? backUp(request, data) : null;
  }
};

function createLibrary(request: AppRequest, data: AppState["data"]): AppReply {
  if (request.headers["x-token"] !== data["owner"]) return xmlError(401, "Not the owner of this server");
  const { name = "" } = request.query;
  if (name === "Shows" && data["showsTried"] !== true) {
    data["showsTried"] = true;
    return xmlError(503, "The database is busy");
  }
  data["libraries"] = [...librariesOf(data), name];
  return { status: 201 };
}

/** A backup is done the second time someone asks for it. */
function backUp(request: AppRequest, data: AppState["data"]): AppReply {
  const backups = Array.isArray(data["backups"]) ? data["backups"] : [];
  data["backups"] = backups;
  if (request.method === "POST") {
    backups.push({ id: backups.length + 1, polls: 0 });
    return { status: 202, body: { id: backups.length, state: "running" } };
  }
  const found = backups[Number(request.path.split("/").at(-1)) - 1];
  if (!isJsonObject(found)) return xmlError(404, "No such backup");
  found["polls"] = Number(found["polls"]) + 1;
  return { status: 200, body: { id: found["id"] ?? null, state: found["polls"] < 2 ? "running" : "done" } };
}

function librariesOf(data: AppState["data"]): NonNullable<AppReply["body"]>[] {
  return Array.isArray(data["libraries"]) ? data["libraries"].filter((name) => name !== null) : [];
}

function xmlError(status: number, text: string): AppReply {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Response code="${status}" status="${text}"/>\n`;
  return { status, headers: { "content-type": "text/xml; charset=utf-8" }, body };
}
