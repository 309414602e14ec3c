import { entry, type CatalogueEntry } from "./catalogue-entry.ts";

/** What can be wrong with a request to the HTTP API. */
export const apiErrors = {
  // --- show: src/api
  REQUEST_INVALID: entry("request", "Request not understood", "Correct the fields named."),
  ROUTE_UNKNOWN: entry("request", "No such address", "See /openapi.json for what there is."),
  MEDIA_TYPE: entry("request", "Body is not JSON", "Send JSON with content-type application/json."),
  BODY_TOO_LARGE: entry("request", "Request too large", "Send less than the limit named."),
  UNAUTHORIZED: entry("request", "Not signed in", "Send a valid token as Authorization: Bearer ..."),
  TOO_MANY_FAILURES: entry(
    "request",
    "Too many wrong tokens",
    "Wait for the time named, then use a valid token.",
  ),
  HOST_REFUSED: entry(
    "request",
    "Host name not served",
    "Use an address tacklebox listens on, or allow the name.",
  ),
  ORIGIN_REFUSED: entry(
    "request",
    "Request from another site",
    "Call the API from its own page, or without a browser.",
  ),
  PRECONDITION_FAILED: entry("request", "Task has changed", "Read it again and decide anew."),
  CATALOG_SCRIPT_UNKNOWN: entry(
    "request",
    "No such script in the catalog",
    "Choose one that GET /v1/catalog lists.",
  ),
  TOKEN_UNKNOWN: entry("request", "No such token", "Choose one that GET /v1/tokens lists."),
  // --- call: src/client
  SERVER_UNREACHABLE: entry(
    "environment",
    "No tacklebox server answers",
    "Start it with tacklebox serve, or check the address.",
  ),
} as const satisfies Record<string, CatalogueEntry>;
