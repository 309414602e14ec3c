import type { AppBehaviour } from "../../src/nas/simulated/app-behaviour.ts";

/** A sync server. The folder "phones" is busy the first time; announcing never works, as behind a strict router. */
export const sync: AppBehaviour = (request, { data }) => {
  const route = `${request.method} ${request.path}`;
  if (route === "GET /rest/noauth/health") return { status: 200, body: { status: "OK" } };
  if (route === "POST /rest/system/announce")
    return { status: 502, body: "no route to the announce servers" };
  if (route === "PUT /rest/config/options") {
    data["options"] = JSON.parse(request.body);
    return { status: 200 };
  }
  const folder = /^PUT \/rest\/config\/folders\/(\w+)$/.exec(route)?.[1];
  if (folder === undefined) return null;
  if (folder === "phones" && data["phonesTried"] !== true) {
    data["phonesTried"] = true;
    return { status: 409, body: { error: "folder is being scanned" } };
  }
  data["folders"] = { ...(data["folders"] as object | undefined), [folder]: JSON.parse(request.body) };
  return { status: 200 };
};
