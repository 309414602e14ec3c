import type { JsonValue } from "../../src/json.ts";
import type { HookEvent } from "../../src/schema/install-script.ts";

/**
 * One install or upgrade of an app of this catalog on a simulated NAS, and what must come of it. For an upgrade the
 * app is first put on the NAS at `fromVersion` without any hook.
 */
export interface Scenario {
  /** What it shows, as a rule. */
  title: string;
  /** Name of the app; its script is `<app>.json`. */
  app: string;
  operation: "install" | "upgrade";
  fromVersion?: string;
  toVersion: string;
  /** The user's switches, by hook id; a missing one takes its default. */
  optIns?: Record<string, boolean>;
  /** Answers to question inputs, by hook id and input id; a missing one takes its default or stays unanswered. */
  answers?: Record<string, Record<string, JsonValue>>;
  /** Origins that the sign-in stand-in takes the place of; its pins are approved as soon as they are shown. */
  signInOrigins?: string[];
  /** What the user clicks each time a hook waits, in order. */
  clicks?: ("retry" | "skip")[];
  expected: {
    status: "COMPLETED";
    outcome: "completed" | "completed_with_skips";
    /** All hooks of the script that belong to the operation, in order. */
    hooks: ExpectedHook[];
    /** Requests the app must have seen as `METHOD path`, in this order; polls of an app that starts are left out. */
    requests: string[];
  };
}

export interface ExpectedHook {
  id: string;
  event: HookEvent;
  /** `NOT_RUN`: the plan leaves it out. */
  status: "COMPLETED" | "SKIPPED" | "NOT_RUN";
  /** Ids of the checkpoints that end completed, in order. */
  completed: string[];
  /** Ids of the checkpoints that end skipped. */
  skipped?: string[];
  /** Attempts; default 1, for a hook that is not run 0. */
  attempts?: number;
}

const mediaboxSetup: ExpectedHook = {
  id: "mediabox-setup",
  event: "onAfterInstall",
  status: "COMPLETED",
  completed: ["ready", "claim", "preferences", "movies", "shows", "music"],
};

const mediaboxPreflight: ExpectedHook = {
  id: "mediabox-preflight",
  event: "onBeforeInstall",
  status: "COMPLETED",
  completed: ["address"],
};

const mediaboxSignIn = ["https://accounts.mediabox.example", "https://app.mediabox.example"];

export const scenarios: Scenario[] = [
  {
    title: "a file-based hook creates the administrator and the libraries",
    app: "bookshelf",
    operation: "install",
    toVersion: "2.4.0",
    answers: { "setup-bookshelf": { admin_password: "correct horse" } },
    expected: {
      status: "COMPLETED",
      outcome: "completed",
      hooks: [
        {
          id: "setup-bookshelf",
          event: "onAfterInstall",
          status: "COMPLETED",
          completed: ["ready", "account", "libraries"],
        },
      ],
      requests: [
        "GET /ping",
        "GET /api/status",
        "POST /api/init",
        "POST /login",
        "GET /api/libraries",
        "POST /api/libraries",
        "POST /api/libraries",
      ],
    },
  },
  {
    title: "an upgrade hook without a condition runs at each upgrade",
    app: "bookshelf",
    operation: "upgrade",
    fromVersion: "2.4.0",
    toVersion: "2.4.1",
    expected: {
      status: "COMPLETED",
      outcome: "completed",
      hooks: [{ id: "rescan-bookshelf", event: "onAfterUpgrade", status: "COMPLETED", completed: ["ready"] }],
      requests: ["GET /ping"],
    },
  },
  {
    title: "an inline hook checks that the app is up",
    app: "notes",
    operation: "install",
    toVersion: "0.9.0",
    expected: {
      status: "COMPLETED",
      outcome: "completed",
      hooks: [{ id: "health-check", event: "onAfterInstall", status: "COMPLETED", completed: ["ready"] }],
      requests: ["GET /health"],
    },
  },
  {
    title: "a sign-in, a question and a library that works when it is tried again",
    app: "mediabox",
    operation: "install",
    toVersion: "1.9.0",
    signInOrigins: mediaboxSignIn,
    clicks: ["retry"],
    expected: {
      status: "COMPLETED",
      outcome: "completed",
      hooks: [mediaboxPreflight, mediaboxSetup],
      requests: [
        "GET /identity",
        "POST /account/claim",
        "PUT /:/prefs",
        "POST /library/sections",
        "POST /library/sections",
        "POST /library/sections",
        "POST /library/sections",
      ],
    },
  },
  {
    title: "a library that is skipped leaves the others as they are",
    app: "mediabox",
    operation: "install",
    toVersion: "1.9.0",
    answers: { "mediabox-setup": { server_name: "Attic & cellar" } },
    signInOrigins: mediaboxSignIn,
    clicks: ["skip"],
    expected: {
      status: "COMPLETED",
      outcome: "completed",
      hooks: [
        mediaboxPreflight,
        {
          ...mediaboxSetup,
          completed: ["ready", "claim", "preferences", "movies", "music"],
          skipped: ["shows"],
        },
      ],
      requests: [
        "GET /identity",
        "POST /account/claim",
        "PUT /:/prefs",
        "POST /library/sections",
        "POST /library/sections",
        "POST /library/sections",
      ],
    },
  },
  {
    title: "a hook the user switched off is left out, and nothing is asked for it",
    app: "mediabox",
    operation: "install",
    toVersion: "1.9.0",
    optIns: { "mediabox-setup": false },
    expected: {
      status: "COMPLETED",
      outcome: "completed",
      hooks: [mediaboxPreflight, { ...mediaboxSetup, status: "NOT_RUN", completed: [] }],
      requests: [],
    },
  },
  {
    title: "an upgrade over the condition's border backs up before and scans after",
    app: "mediabox",
    operation: "upgrade",
    fromVersion: "1.9.0",
    toVersion: "2.0.0",
    expected: {
      status: "COMPLETED",
      outcome: "completed",
      hooks: [
        {
          id: "mediabox-backup",
          event: "onBeforeUpgrade",
          status: "COMPLETED",
          completed: ["start", "done"],
        },
        {
          id: "mediabox-rescan",
          event: "onAfterUpgrade",
          status: "COMPLETED",
          completed: ["ready", "scan"],
        },
        { id: "mediabox-migrate-watchlists", event: "onAfterUpgrade", status: "NOT_RUN", completed: [] },
      ],
      requests: [
        "POST /maintenance/backups",
        "GET /maintenance/backups/1",
        "GET /maintenance/backups/1",
        "GET /identity",
        "POST /library/scan",
      ],
    },
  },
  {
    title: "questions of every type are answered, and one is left open",
    app: "photos",
    operation: "install",
    toVersion: "1.140.0",
    answers: {
      "setup-photos": {
        admin_email: "me@home.example",
        admin_password: "pässword",
        layout: "year-month",
        trash_days: 7,
        face_recognition: false,
      },
    },
    expected: {
      status: "COMPLETED",
      outcome: "completed",
      hooks: [
        {
          id: "setup-photos",
          event: "onAfterInstall",
          status: "COMPLETED",
          completed: ["ready", "admin", "settings", "welcome"],
          skipped: ["map"],
        },
      ],
      requests: [
        "GET /api/server/ping",
        "GET /api/server/config",
        "POST /api/auth/admin-sign-up",
        "POST /api/auth/login",
        "PUT /api/system-config",
        "POST /api/assets",
      ],
    },
  },
  {
    title: "an upgrade from version 1 to 2 carries the routes over",
    app: "gateway",
    operation: "upgrade",
    fromVersion: "1.4.2",
    toVersion: "2.0.0",
    expected: {
      status: "COMPLETED",
      outcome: "completed",
      hooks: [
        {
          id: "export-routes",
          event: "onBeforeUpgrade",
          status: "COMPLETED",
          completed: ["freeze", "export"],
        },
        {
          id: "import-routes",
          event: "onAfterUpgrade",
          status: "COMPLETED",
          completed: ["ready", "routes", "clean"],
        },
        { id: "drop-legacy-api", event: "onAfterUpgrade", status: "NOT_RUN", completed: [] },
        { id: "check-routes", event: "onAfterUpgrade", status: "COMPLETED", completed: ["checked"] },
      ],
      requests: [
        "PUT /api/v1/frozen",
        "POST /api/v1/export",
        "GET /api/v2/status",
        "GET /api/v2/export",
        "PUT /api/v2/routes/media.home",
        "PUT /api/v2/routes/photos.home",
        "DELETE /api/v2/export",
        "GET /api/v2/status",
      ],
    },
  },
  {
    title: "an upgrade within version 2 leaves the migration out",
    app: "gateway",
    operation: "upgrade",
    fromVersion: "2.0.0",
    toVersion: "2.1.0",
    expected: {
      status: "COMPLETED",
      outcome: "completed",
      hooks: [
        { id: "export-routes", event: "onBeforeUpgrade", status: "NOT_RUN", completed: [] },
        { id: "import-routes", event: "onAfterUpgrade", status: "NOT_RUN", completed: [] },
        { id: "drop-legacy-api", event: "onAfterUpgrade", status: "NOT_RUN", completed: [] },
        { id: "check-routes", event: "onAfterUpgrade", status: "COMPLETED", completed: ["checked"] },
      ],
      requests: ["GET /api/v2/status"],
    },
  },
  {
    title: "a folder is shared at the second try, and an optional hook that fails does not hold the install",
    app: "sync",
    operation: "install",
    toVersion: "1.29.0",
    optIns: { "join-relays": true },
    clicks: ["retry"],
    expected: {
      status: "COMPLETED",
      outcome: "completed_with_skips",
      hooks: [
        {
          id: "share-folders",
          event: "onAfterInstall",
          status: "COMPLETED",
          completed: ["ready", "documents", "phones"],
        },
        { id: "announce", event: "onAfterInstall", status: "SKIPPED", completed: [], attempts: 2 },
        { id: "join-relays", event: "onAfterInstall", status: "COMPLETED", completed: ["joined"] },
      ],
      requests: [
        "GET /rest/noauth/health",
        "PUT /rest/config/folders/documents",
        "PUT /rest/config/folders/phones",
        "PUT /rest/config/folders/phones",
        "POST /rest/system/announce",
        "POST /rest/system/announce",
        "PUT /rest/config/options",
      ],
    },
  },
  {
    title: "a skip that the hook does not await is not lost, and an opt-in is off by default",
    app: "sync",
    operation: "install",
    toVersion: "1.29.0",
    clicks: ["skip"],
    expected: {
      status: "COMPLETED",
      outcome: "completed_with_skips",
      hooks: [
        {
          id: "share-folders",
          event: "onAfterInstall",
          status: "COMPLETED",
          completed: ["ready", "documents"],
          skipped: ["phones"],
        },
        { id: "announce", event: "onAfterInstall", status: "SKIPPED", completed: [], attempts: 2 },
        { id: "join-relays", event: "onAfterInstall", status: "NOT_RUN", completed: [] },
      ],
      requests: [
        "GET /rest/noauth/health",
        "PUT /rest/config/folders/documents",
        "PUT /rest/config/folders/phones",
        "POST /rest/system/announce",
        "POST /rest/system/announce",
      ],
    },
  },
  {
    title: "a custom app brings its hook inside its script",
    app: "pinboard",
    operation: "install",
    toVersion: "1.3.0",
    expected: {
      status: "COMPLETED",
      outcome: "completed",
      hooks: [
        {
          id: "pin-welcome",
          event: "onAfterInstall",
          status: "COMPLETED",
          completed: ["Board Ready", "First Pin"],
        },
      ],
      requests: ["GET /health", "POST /api/pins"],
    },
  },
  {
    title: "a V4 script installs without hooks",
    app: "legacy",
    operation: "install",
    toVersion: "3.0.0",
    expected: { status: "COMPLETED", outcome: "completed", hooks: [], requests: [] },
  },
];
