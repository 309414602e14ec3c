import { useEffect, useRef } from "preact/hooks";
import { CatalogView } from "./catalog/catalog-view.tsx";
import { ExpertView } from "./expert/expert-view.tsx";
import { HistoryView } from "./history/history-view.tsx";
import { Icon, type IconName } from "./icons.tsx";
import { connection, type Connection } from "./live/connection.ts";
import { waitingCount } from "./live/task-store.ts";
import { route } from "./navigation.ts";
import { Notices } from "./notices.tsx";
import type { ViewName } from "./route.ts";
import { leave, token } from "./session.ts";
import { SignInView } from "./sign-in-view.tsx";
import { TasksView } from "./tasks/tasks-view.tsx";
import { nextTheme, theme } from "./theme.ts";

const views: readonly { view: ViewName; label: string }[] = [
  { view: "tasks", label: "Tasks" },
  { view: "catalog", label: "Catalog" },
  { view: "expert", label: "Expert" },
  { view: "history", label: "History" },
];

export function App() {
  const isSignedIn = token.value !== null;
  return (
    <>
      {isSignedIn && (
        <a class="skip-link" href="#main" onClick={focusMain}>
          Skip to the content
        </a>
      )}
      <header class="bar">
        <a class="brand" href="#/tasks">
          <Icon name="box" />
          tacklebox
        </a>
        {isSignedIn && <MainNavigation />}
        <div class="bar-tools">
          {isSignedIn && <ConnectionState />}
          <ThemeSwitch />
          {isSignedIn && (
            <button
              type="button"
              class="icon-button"
              aria-label="Sign out"
              title="Sign out"
              onClick={() => void leave()}
            >
              <Icon name="leave" />
            </button>
          )}
        </div>
      </header>
      <main id="main" tabindex={-1}>
        {isSignedIn ? <OpenView /> : <SignInView />}
      </main>
      <Notices />
    </>
  );
}

function OpenView() {
  const { view } = route.value;
  useViewTitle(view);
  switch (view) {
    case "tasks":
      return <TasksView />;
    case "catalog":
      return <CatalogView />;
    case "expert":
      return <ExpertView />;
    case "history":
      return <HistoryView />;
  }
}

/** The window's title follows the view; a keyboard's focus goes to the top of a view that was just opened. */
function useViewTitle(view: ViewName): void {
  const isFirst = useRef(true);
  const waiting = waitingCount.value;
  useEffect(() => {
    const label = views.find((one) => one.view === view)?.label ?? "";
    document.title = `${waiting > 0 ? `(${waiting}) ` : ""}${label} - tacklebox`;
  }, [view, waiting]);
  useEffect(() => {
    if (!isFirst.current) document.querySelector<HTMLElement>("#main")?.focus({ preventScroll: true });
    isFirst.current = false;
  }, [view]);
}

function focusMain(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>("#main")?.focus();
}

function MainNavigation() {
  return (
    <nav class="tabs" aria-label="Main">
      {views.map(({ view, label }) => (
        <a
          key={view}
          href={`#/${view}`}
          class="tab"
          aria-current={route.value.view === view ? "page" : undefined}
        >
          <Icon name={view satisfies IconName} />
          <span>{label}</span>
          {view === "tasks" && waitingCount.value > 0 && (
            <span class="badge">
              {waitingCount.value}
              <span class="visually-hidden"> waiting for you</span>
            </span>
          )}
        </a>
      ))}
    </nav>
  );
}

const connectionWords: Readonly<Record<Connection, { word: string; meaning: string }>> = {
  connecting: { word: "Connecting", meaning: "Connecting to the server" },
  live: { word: "Live", meaning: "Changes are shown as they happen" },
  polling: { word: "Delayed", meaning: "Changes are asked for every few seconds" },
  offline: { word: "Offline", meaning: "The server cannot be reached; the page keeps trying" },
};

function ConnectionState() {
  const { word, meaning } = connectionWords[connection.value];
  return (
    <span class={`connection connection-${connection.value}`} role="status" title={meaning}>
      <span class="connection-dot" aria-hidden="true" />
      <span class="connection-word">{word}</span>
    </span>
  );
}

function ThemeSwitch() {
  const label = `Colours: ${theme.value === "system" ? "as the system" : theme.value}`;
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={label}
      title={label}
      onClick={() => {
        theme.value = nextTheme(theme.value);
      }}
    >
      <Icon name={theme.value} />
    </button>
  );
}
