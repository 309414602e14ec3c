import type { Static } from "typebox";
import { TackleboxError } from "../errors.ts";
import type { DeferredRequest } from "../install/accept-operation.ts";
import type { OperationRequest } from "../install/prepare-operation.ts";
import type { JsonObject } from "../json.ts";
import type { Operation } from "../plan/plan.ts";
import { readCatalogScript } from "./catalog-script.ts";
import { RequestInvalidError } from "./problem.ts";
import type { operationBodySchema } from "./schemas/request-schemas.ts";

type OperationBody = Static<typeof operationBodySchema>;

const pastedFile = "pasted.json";

/**
 * What the runtime is asked for when the API is. Throws `REQUEST_INVALID`; `read` of a script of the catalog
 * `CATALOG_SCRIPT_UNKNOWN`.
 */
export function toOperationRequest(
  operation: Operation,
  body: OperationBody,
  catalogRoot: string | null,
): DeferredRequest {
  const { script, scriptFile, catalogScript, answers, inputs, ...rest } = body;
  if ((script === undefined) === (catalogScript === undefined)) {
    const found = script === undefined ? "neither is given" : "both are given";
    throw invalid("/script", `script, catalogScript: ${found}, expected exactly one of them; keep one.`);
  }
  const read = async (): Promise<OperationRequest> => ({
    operation,
    ...(catalogScript === undefined
      ? { script: script ?? "", scriptFile: scriptFile ?? pastedFile }
      : await readCatalogScript(requireCatalog(catalogRoot), catalogScript)),
    ...(catalogRoot === null ? {} : { catalogRoot }),
    ...rest,
    ...(answers === undefined ? {} : { answers: answers as JsonObject }),
    ...(inputs === undefined ? {} : { inputs: inputs as JsonObject }),
  });
  return { wish: { ...body, operation }, read };
}

function requireCatalog(catalogRoot: string | null): string {
  if (catalogRoot !== null) return catalogRoot;
  throw new TackleboxError(
    "CATALOG_SCRIPT_UNKNOWN",
    "catalogScript: this server has no catalog, expected one given with --catalog; start it with one, or send script.",
  );
}

function invalid(pointer: string, message: string): RequestInvalidError {
  return new RequestInvalidError(message, [{ code: "REQUEST_INVALID", detail: message, pointer }]);
}
