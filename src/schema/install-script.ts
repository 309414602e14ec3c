import type { JsonObject, JsonValue } from "../json.ts";

/** The moments at which a hook runs; names from the contract with hook authors. */
export const hookEvents = ["onBeforeInstall", "onAfterInstall", "onBeforeUpgrade", "onAfterUpgrade"] as const;
export type HookEvent = (typeof hookEvents)[number];

/** A V4 or V5 install script, after validation. Unknown extra fields are kept as they came. */
export interface InstallScript {
  version: 4 | 5;
  script?: { version?: string; changeLog?: string; updateCompatibility?: string };
  requirements?: {
    locations?: string[];
    specifications?: string[];
    permissions?: string[];
    ports?: number[];
  };
  ensure_directories_exists?: DirectoryDeclaration[];
  installation_questions?: Question[];
  app_values?: JsonObject;
  hooks?: HookDeclaration[];
  custom?: boolean;
  internal?: boolean;
  metadata?: AppMetadata;
}

/** What the store shows of an app; required when `custom` is true. */
export interface AppMetadata {
  name: string;
  description: string;
  icon: string;
  version: string;
  categories?: string[];
  keywords?: string[];
  screenshots?: string[];
}

/** One entry of `ensure_directories_exists`; `path` may hold macros. */
export interface DirectoryDeclaration {
  path: string;
  network_share?: boolean | JsonObject;
  owner?: string | { user: string; group?: string };
  snapshot?: { id: string };
}

/** A question put to the user, by the install dialog or by a hook's question input. */
export interface Question {
  question: string;
  description?: string;
  type: "text" | "number" | "select" | "boolean" | "password";
  key: string;
  required?: boolean;
  default?: JsonValue;
  placeholder?: string;
  options?: { text: string; value: JsonValue }[];
  installonly?: boolean;
}

/** One entry of `hooks`. */
export interface HookDeclaration {
  id: string;
  event: HookEvent;
  /** Path of a `.ts` file inside the catalog. Exactly one of `script` and `scriptContent` is set. */
  script?: string;
  /** The TypeScript source itself. */
  scriptContent?: string;
  /** Name of the exported async function to call. */
  entrypoint: string;
  /** Seconds of active time; default 300. */
  timeout?: number;
  description?: string;
  optional?: boolean;
  /** Automatic retries after the first attempt; default 0. */
  retries?: number;
  condition?: { fromVersionRange?: string; toVersionRange?: string };
  inputs?: HookInput[];
  userOptional?: {
    label: string;
    description?: string;
    default?: boolean;
    link?: { url: string; label: string };
  };
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

export type HookInput = OAuthInput | QuestionInput;

/** A sign-in that the user approves in a browser; the hook gets `{[tokenField]: token}`. */
export interface OAuthInput {
  type: "oauth";
  id: string;
  name: string;
  description?: string;
  provider: string;
  required?: boolean;
  flow: {
    type: "pin";
    pinUrl: string;
    authUrl: string;
    pollUrl: string;
    clientId: string;
    tokenField: string;
    headers?: Record<string, string>;
  };
}

/** A question the hook needs answered before it runs. */
export interface QuestionInput {
  type: "question";
  id: string;
  question: Question;
}
