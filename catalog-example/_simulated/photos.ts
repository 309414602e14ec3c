import type { AppBehaviour, AppReply, AppRequest } from "../../src/nas/simulated/app-behaviour.ts";

/** A photo server: one administrator, a bearer token, a configuration, uploads as multipart forms. */
export const photos: AppBehaviour = (request, { data }) => {
  const route = `${request.method} ${request.path}`;
  if (route === "GET /api/server/ping") return { status: 204 };
  if (route === "GET /api/server/config") {
    return { status: 200, body: { isInitialized: "admin" in data } };
  }
  if (route === "POST /api/auth/admin-sign-up") {
    if ("admin" in data) return { status: 400, body: { message: "The server already has an admin" } };
    data["admin"] = JSON.parse(request.body);
    return { status: 201 };
  }
  if (route === "POST /api/auth/login") return signIn(request.body, data["admin"]);
  if (!request.path.startsWith("/api/")) return null;
  if (request.headers["authorization"] !== `Bearer ${token}`) return { status: 401 };
  if (route === "PUT /api/system-config") {
    data["config"] = JSON.parse(request.body);
    return { status: 200 };
  }
  if (route === "PUT /api/system-config/map") {
    data["map"] = JSON.parse(request.body);
    return { status: 200 };
  }
  if (route === "POST /api/assets") return upload(request);
  return null;
};

const token = "ph0t0s-t0ken";

function signIn(body: string, admin: unknown): AppReply {
  const given = JSON.parse(body) as { email: string; password: string };
  const known = (admin ?? {}) as { email?: string; password?: string };
  if (known.email !== given.email || known.password !== given.password) {
    return { status: 401, body: { message: "Incorrect email or password" } };
  }
  return { status: 201, body: { accessToken: token } };
}

function upload({ headers, body }: AppRequest): AppReply {
  const boundary = /^multipart\/form-data; *boundary=(.+)$/.exec(headers["content-type"] ?? "")?.[1];
  const parts = boundary === undefined ? [] : body.split(`--${boundary}`);
  const file = parts.find((part) => part.includes('name="assetData"; filename="welcome.svg"'));
  return file?.includes("<svg") === true
    ? { status: 201, body: { id: "asset-1", status: "created" } }
    : { status: 400, body: { message: "assetData is missing" } };
}
