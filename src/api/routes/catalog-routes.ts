import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import type { CatalogEntry } from "../../catalog/read-catalog.ts";
import type { ApiServices } from "../api-services.ts";
import { readCatalogScript, unknownScript } from "../catalog-script.ts";
import { combineTags, sendTagged, type TaggedJson } from "../conditional.ts";
import { answerWith, bodiless, errors, tag } from "../schemas/answers.ts";
import type { TypedApp } from "../typed-app.ts";

/** `GET /v1/catalog` and one script of it. */
export function catalogRoutes(services: ApiServices): FastifyPluginAsyncTypebox {
  return async (app) => {
    addCatalog(app, services);
    addScript(app, services);
  };
}

const notModified = { 304: bodiless("It is what the caller has.") };

function addCatalog(app: TypedApp, services: ApiServices): void {
  app.get(
    "/catalog",
    {
      schema: {
        ...tag(
          "catalog",
          "listCatalog",
          "What can be installed, with hooks, checksums and what each may reach",
        ),
        response: { 200: answerWith("Catalog", "All scripts."), ...notModified, ...errors(401, 422, 503) },
      },
    },
    async (request, reply) => sendTagged(request, reply, toTagged({ items: await listCatalog(services) })),
  );
}

function addScript(app: TypedApp, services: ApiServices): void {
  app.get(
    "/catalog/:script",
    {
      schema: {
        ...tag("catalog", "getCatalogScript", "One script of the catalog, with its text"),
        params: Type.Object({
          script: Type.String({ maxLength: 500, description: "Its path; a / in it as %2F." }),
        }),
        response: {
          200: answerWith("CatalogScript", "The script."),
          ...notModified,
          ...errors(400, 401, 404, 422, 503),
        },
      },
    },
    async (request, reply) => {
      const name = request.params.script;
      const entry = (await listCatalog(services)).find(({ script }) => script === name);
      if (entry === undefined || services.catalogRoot === null) throw unknownScript(name);
      const { script: text } = await readCatalogScript(services.catalogRoot, name);
      return sendTagged(request, reply, toTagged({ ...entry, text }));
    },
  );
}

async function listCatalog({ tacklebox, catalogRoot }: ApiServices): Promise<CatalogEntry[]> {
  return catalogRoot === null ? [] : await tacklebox.listCatalog(catalogRoot);
}

function toTagged(body: object): TaggedJson {
  const json = JSON.stringify(body);
  return { json, tag: combineTags([json]) };
}
