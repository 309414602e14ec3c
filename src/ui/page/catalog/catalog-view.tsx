import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, ask, failureText } from "../api.ts";
import { AppTile } from "../app-tile.tsx";
import { Icon } from "../icons.tsx";
import { open, route } from "../navigation.ts";
import { toHash } from "../route.ts";
import type { CatalogEntry, InstalledApp } from "../views.ts";
import { OperationDialog } from "./operation-dialog.tsx";

interface CatalogState {
  entries: readonly CatalogEntry[] | null;
  apps: readonly InstalledApp[];
  failure: string;
}

/** The apps that can be installed, and those that are. */
export function CatalogView() {
  const state = useSignal<CatalogState>({ entries: null, apps: [], failure: "" });
  const { id, query } = route.value;
  useEffect(() => {
    const stopping = new AbortController();
    const show = async (): Promise<void> => {
      const next = await load(stopping.signal);
      if (!stopping.signal.aborted) state.value = next;
    };
    void show();
    return () => stopping.abort();
  }, []);
  const { entries, apps, failure } = state.value;
  const chosen = entries?.find(({ script }) => script === id);
  return (
    <section class="view" aria-labelledby="catalog-title">
      <div class="pane-head">
        <h1 id="catalog-title">Catalog</h1>
      </div>
      {failure !== "" && <p class="hint tone-failed">{failure}</p>}
      {entries !== null && entries.length === 0 && (
        <p class="muted">
          This server has no catalog. Scripts can be run in <a href="#/expert">Expert mode</a>.
        </p>
      )}
      <ul class="app-cards">
        {entries?.map((entry) => (
          <li key={entry.script}>
            <AppCard entry={entry} installed={findInstalled(apps, entry)} />
          </li>
        ))}
      </ul>
      {chosen !== undefined && (
        <OperationDialog
          entry={chosen}
          operation={query["for"] === "upgrade" ? "upgrade" : "install"}
          onClose={() => open({ view: "catalog", id: null, query: {} })}
        />
      )}
    </section>
  );
}

function AppCard({ entry, installed }: { entry: CatalogEntry; installed: InstalledApp | undefined }) {
  const { script, title, description, icon, version, hooks, problems, lock } = entry;
  const isBroken = problems.some(({ severity }) => severity === "error");
  const link = (operation: string): string =>
    toHash({ view: "catalog", id: script, query: operation === "install" ? {} : { for: operation } });
  return (
    <article class="app-card card">
      <AppTile name={title} icon={icon} />
      <div class="app-card-text">
        <h2>{title}</h2>
        <p class="muted app-card-meta">
          {version !== null && <span>{version}</span>}
          <span>{hooks.length === 1 ? "1 hook" : `${hooks.length} hooks`}</span>
          {isBroken && <span class="tag">has mistakes</span>}
          {lock === "changed" && <span class="tag">differs from the lock file</span>}
        </p>
      </div>
      <p class="app-card-description">{description}</p>
      <div class="app-card-foot">
        {installed === undefined ? (
          <a class="button primary small" href={link("install")} aria-label={`Install ${title}`}>
            Install
          </a>
        ) : (
          <>
            <span class="installed">
              <Icon name="done" /> {installed.version} installed
            </span>
            {installed.version !== version && (
              <a class="button small" href={link("upgrade")} aria-label={`Upgrade ${title}`}>
                Upgrade
              </a>
            )}
          </>
        )}
      </div>
    </article>
  );
}

function findInstalled(apps: readonly InstalledApp[], { script }: CatalogEntry): InstalledApp | undefined {
  const name = script.replace(/^.*\//, "").replace(/\.json$/, "");
  return apps.find((app) => app.name === name);
}

async function load(signal: AbortSignal): Promise<CatalogState> {
  try {
    const [catalog, apps] = await Promise.all([
      ask(api.GET("/v1/catalog", { signal })),
      ask(api.GET("/v1/apps", { signal })),
    ]);
    // Internal scripts are those a store does not offer; Expert mode runs them.
    const entries = catalog.items.filter(({ internal }) => !internal);
    return { entries, apps: apps.items, failure: "" };
  } catch (error) {
    return { entries: [], apps: [], failure: failureText(error) };
  }
}
