import type { AppBehaviour, AppReply } from "../../src/nas/simulated/app-behaviour.ts";

/** An audiobook server: one administrator made by `/api/init`, a session cookie from `/login`, libraries. */
export const bookshelf: AppBehaviour = (request, { data }) => {
  switch (`${request.method} ${request.path}`) {
    case "GET /ping":
      return { status: 200, body: { success: true } };
    case "GET /api/status":
      return { status: 200, body: { initialized: "admin" in data } };
    case "POST /api/init":
      if ("admin" in data) return { status: 409, body: { error: "already initialized" } };
      data["admin"] = JSON.parse(request.body);
      return { status: 200 };
    case "POST /login":
      return signIn(new URLSearchParams(request.body), data["admin"]);
    case "GET /api/libraries":
      return isSignedIn(request.headers) ? { status: 200, body: data["libraries"] ?? [] } : unauthorized;
    case "POST /api/libraries": {
      if (!isSignedIn(request.headers)) return unauthorized;
      const libraries = Array.isArray(data["libraries"]) ? data["libraries"] : [];
      data["libraries"] = [...libraries, JSON.parse(request.body)];
      return { status: 201, body: { id: `lib_${libraries.length + 1}` } };
    }
    default:
      return null;
  }
};

const unauthorized: AppReply = { status: 401, body: "Unauthorized" };

function signIn(form: URLSearchParams, admin: unknown): AppReply {
  const { username, password } = (admin ?? {}) as { username?: string; password?: string };
  if (username === undefined || form.get("username") !== username || form.get("password") !== password) {
    return unauthorized;
  }
  return {
    status: 200,
    headers: { "set-cookie": ["theme=dark; Path=/", "session=s3ss10n; Path=/; HttpOnly"] },
    body: { user: { username } },
  };
}

function isSignedIn(headers: Record<string, string>): boolean {
  return (headers["cookie"] ?? "").split("; ").includes("session=s3ss10n");
}
