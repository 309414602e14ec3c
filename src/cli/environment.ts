/** What the environment says; the only place where environment variables are read. `docs/reference/configuration.md` */
export interface Environment {
  /** Colour as `NO_COLOR` or `FORCE_COLOR` decide it; null leaves it to whether the output is a terminal. */
  color: boolean | null;
  /** `TERM=dumb`: lines cannot be redrawn. */
  isDumbTerminal: boolean;
  /** `CI`: nobody is there to answer, whatever the output is. */
  isCi: boolean;
  /** `TACKLEBOX_DEBUG=1`: faults of tacklebox itself are shown with their stack. */
  debug: boolean;
  /** `TACKLEBOX_SERVER`: the server that commands about tasks ask. */
  serverUrl: string | null;
  /** `TACKLEBOX_TOKEN`: what they sign in with. */
  token: string | null;
  /** `TACKLEBOX_DATASTORE`: where tasks are kept. */
  datastoreUrl: string | null;
  /** `TACKLEBOX_KEY`: the key that seals the datastore. */
  datastoreKey: string | null;
  /** `TACKLEBOX_KEY_FILE`: the file that holds it. */
  datastoreKeyFile: string | null;
  /** `TACKLEBOX_PREVIOUS_KEY`: a key the data may also be sealed with, while keys are changed. */
  previousKey: string | null;
  /** `TACKLEBOX_PREVIOUS_KEY_FILE`: the file that holds it. */
  previousKeyFile: string | null;
}

/** Reads the variables; one that is set to nothing counts as not set. */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>>): Environment {
  const text = (name: string): string | null => variables[name] || null;
  const isOn = (name: string): boolean => !["", "0", "false"].includes(variables[name] ?? "");
  return {
    color: readColor(text("NO_COLOR"), variables["FORCE_COLOR"]),
    isDumbTerminal: variables["TERM"] === "dumb",
    isCi: isOn("CI"),
    debug: isOn("TACKLEBOX_DEBUG"),
    serverUrl: text("TACKLEBOX_SERVER"),
    token: text("TACKLEBOX_TOKEN"),
    datastoreUrl: text("TACKLEBOX_DATASTORE"),
    datastoreKey: text("TACKLEBOX_KEY"),
    datastoreKeyFile: text("TACKLEBOX_KEY_FILE"),
    previousKey: text("TACKLEBOX_PREVIOUS_KEY"),
    previousKeyFile: text("TACKLEBOX_PREVIOUS_KEY_FILE"),
  };
}

function readColor(noColor: string | null, forceColor: string | undefined): boolean | null {
  if (noColor !== null || forceColor === "0") return false;
  return forceColor === undefined ? null : true;
}
