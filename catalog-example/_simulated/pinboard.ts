import type { AppBehaviour } from "../../src/nas/simulated/app-behaviour.ts";

/** A board that takes pins. */
export const pinboard: AppBehaviour = (request, { data }) => {
  if (request.path !== "/api/pins") return null;
  const pins = Array.isArray(data["pins"]) ? data["pins"] : [];
  if (request.method === "GET") return { status: 200, body: pins };
  if (request.method !== "POST") return { status: 405 };
  data["pins"] = [...pins, JSON.parse(request.body)];
  return { status: 201, headers: { location: `/api/pins/${pins.length + 1}` } };
};
