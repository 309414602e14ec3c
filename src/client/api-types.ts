/** Made by `npm run client` from the OpenAPI document; not to be changed by hand. */

export interface paths {
  "/healthz": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Whether the process answers */
    get: operations["getHealth"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/readyz": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Whether datastore and NAS answer */
    get: operations["getReadiness"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/apps": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The apps that are installed on the NAS */
    get: operations["listApps"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/tasks": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Tasks, newest first */
    get: operations["listTasks"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/tasks/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A task; with Prefer: wait=25 and If-None-Match as soon as it has changed */
    get: operations["getTask"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/tasks/{id}/logs": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The log of a hook, or of all hooks of an operation */
    get: operations["getTaskLog"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/history": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Executions of hooks that have ended, newest first */
    get: operations["listHistory"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/catalog": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What can be installed, with hooks, checksums and what each may reach */
    get: operations["listCatalog"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/catalog/{script}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One script of the catalog, with its text */
    get: operations["getCatalogScript"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/tasks/{id}/inputs": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Answers a task's questions, all of them at once */
    post: operations["answerTask"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/tasks/{id}/retry": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Retry of a task that waits for it */
    post: operations["retryTask"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/tasks/{id}/inputs/{inputId}/authorization": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Begins a sign-in anew, with a fresh link */
    post: operations["startSignIn"];
    /** Calls a sign-in off */
    delete: operations["cancelSignIn"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/tasks/{id}/skip": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Skips a hook that waits */
    post: operations["skipTask"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/tasks/{id}/cancel": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Ends a task */
    post: operations["cancelTask"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/tasks/{id}/dismiss": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Puts an operation that has ended away from view */
    post: operations["dismissTask"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/tasks/{id}/rerun": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Runs a task that has ended again, in its original context */
    post: operations["rerunTask"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/plans": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Says what an operation would do; changes nothing */
    post: operations["plan"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/installs": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Begins an install */
    post: operations["install"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/upgrades": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Begins an upgrade */
    post: operations["upgrade"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/events": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** All changes of tasks, as they happen */
    get: operations["followTasks"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/tasks/{id}/events": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A task as it stands, its changes, and its log from Last-Event-ID on */
    get: operations["followTask"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/sessions": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Exchanges a code that is good once for a token */
    post: operations["signIn"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/tokens": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The tokens there are, without their secrets */
    get: operations["listTokens"];
    put?: never;
    /** Makes a token */
    post: operations["createToken"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/tokens/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Revokes a token */
    delete: operations["revokeToken"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    Problem: {
      type: string;
      title: string;
      status: number;
      /** @description Where, what was found, what was expected, what to do. */
      detail: string;
      instance: string;
      /** @description Stable; one of docs/reference/errors.md. */
      code: string;
      errors?: {
        code: string;
        detail: string;
        /** @enum {unknown} */
        severity?: "error" | "warning";
        pointer?: string;
        line?: number;
        column?: number;
        inputId?: string;
      }[];
      /** @description What is possible in this state. */
      allowed?: string[];
    };
    /** @description Why a task failed or waits. */
    TaskError: {
      /** @description One of the codes of docs/reference/errors.md. */
      code: string;
      title: string;
      /** @description Where, what was found, what was expected, what to do. */
      detail: string;
      context: {
        label: string;
        /** @description Any JSON value. */
        value: unknown;
      }[];
      /** @description The author's own line, when it is known. */
      source: {
        file: string;
        line: number;
        column: number;
        snippet?: string;
        inline?: {
          pointer: string;
          line: number;
          column: number;
        };
      } | null;
      checkpointId: string | null;
    };
    /** @description One execution of a hook. */
    HookTask: {
      /** @enum {string} */
      kind: "hook";
      /** @enum {string} */
      type: "APP_HOOK";
      id: string;
      /**
       * @description See docs/reference/task-states.md.
       * @enum {unknown}
       */
      status:
        | "PENDING"
        | "AWAITING_INPUT"
        | "IN_PROGRESS"
        | "AWAITING_RETRY"
        | "COMPLETED"
        | "SKIPPED"
        | "FAILED"
        | "CANCELLED";
      /** @description Rises with each change. */
      revision: number;
      appName: string;
      title: string;
      /** @description Whole percent. */
      progress: number;
      /** Format: date-time */
      createdAt: string;
      startedAt: string | null;
      /** Format: date-time */
      updatedAt: string;
      finishedAt: string | null;
      cancelRequestedAt: string | null;
      error: components["schemas"]["TaskError"] | null;
      actions: {
        name: string;
        inputId?: string;
        /** @description Of the input: oauth or question. */
        type?: string;
      }[];
      /** @description To choose tasks by. */
      labels: {
        [key: string]: string;
      };
      /** @description For people and programs; nothing is chosen by them. */
      annotations: {
        [key: string]: string;
      };
      retryOf: string | null;
      logs?: components["schemas"]["Log"];
      predictedSeconds: number | null;
      parentId: string;
      hookId: string;
      /** @enum {unknown} */
      event: "onBeforeInstall" | "onAfterInstall" | "onBeforeUpgrade" | "onAfterUpgrade";
      optional: boolean;
      attempt: number;
      maxAttempts: number;
      checkpoints: {
        id: string;
        message: string;
        /** @enum {unknown} */
        status: "pending" | "active" | "completed" | "skipped" | "failed" | "awaiting_retry";
        at: string | null;
      }[];
      inputs: {
        id: string;
        /** @enum {unknown} */
        type: "oauth" | "question";
        title: string;
        description: string | null;
        /** @enum {unknown} */
        state: "waiting" | "provided" | "failed";
        required: boolean;
        provider?: string;
        authorization?: {
          /** @description The provider's page. */
          url: string;
          userCode: string | null;
          expiresAt: string | null;
        } | null;
        question?: {
          /** @enum {unknown} */
          type: "text" | "number" | "select" | "boolean" | "password";
          key: string;
          /** @description What is taken when nothing is answered. */
          default?: unknown;
          placeholder?: string;
          options?: {
            text: string;
            /** @description What is answered. */
            value: unknown;
          }[];
        };
        error?: string;
      }[];
      /** @description Active time over all attempts, in milliseconds. */
      durationMs: number;
      bundleSha256: string | null;
      sourceSha256: string | null;
    };
    /** @description An install or upgrade. */
    OperationTask: {
      /** @enum {string} */
      kind: "operation";
      /** @enum {unknown} */
      type: "APP_INSTALL" | "APP_UPGRADE";
      id: string;
      /**
       * @description See docs/reference/task-states.md.
       * @enum {unknown}
       */
      status:
        | "PENDING"
        | "AWAITING_INPUT"
        | "IN_PROGRESS"
        | "AWAITING_RETRY"
        | "COMPLETED"
        | "SKIPPED"
        | "FAILED"
        | "CANCELLED";
      /** @description Rises with each change. */
      revision: number;
      appName: string;
      title: string;
      /** @description Whole percent. */
      progress: number;
      /** Format: date-time */
      createdAt: string;
      startedAt: string | null;
      /** Format: date-time */
      updatedAt: string;
      finishedAt: string | null;
      cancelRequestedAt: string | null;
      error: components["schemas"]["TaskError"] | null;
      actions: {
        name: string;
        inputId?: string;
        /** @description Of the input: oauth or question. */
        type?: string;
      }[];
      /** @description To choose tasks by. */
      labels: {
        [key: string]: string;
      };
      /** @description For people and programs; nothing is chosen by them. */
      annotations: {
        [key: string]: string;
      };
      retryOf: string | null;
      logs?: components["schemas"]["Log"];
      predictedSeconds: number | null;
      outcome: ("completed" | "completed_with_skips") | null;
      fromVersion: string | null;
      toVersion: string | null;
      progressText: string | null;
      steps: {
        /** @enum {unknown} */
        kind: "hook" | "app" | "directories" | "running";
        title: string;
        /**
         * @description See docs/reference/task-states.md.
         * @enum {unknown}
         */
        status:
          | "PENDING"
          | "AWAITING_INPUT"
          | "IN_PROGRESS"
          | "AWAITING_RETRY"
          | "COMPLETED"
          | "SKIPPED"
          | "FAILED"
          | "CANCELLED";
        /** @description Whole percent. */
        progress: number;
        taskId: string | null;
        hookId: string | null;
        reason: string | null;
        startedAt: string | null;
        finishedAt: string | null;
      }[];
      dismissedAt: string | null;
      /** @description With include=children: its hooks. */
      children?: components["schemas"]["HookTask"][];
    };
    Task: components["schemas"]["HookTask"] | components["schemas"]["OperationTask"];
    TaskList: {
      items: components["schemas"]["Task"][];
      nextCursor: string | null;
    };
    History: {
      items: components["schemas"]["HookTask"][];
      nextCursor: string | null;
      retention: {
        /** @description How long an operation is kept after its end. */
        afterEndSeconds: number;
        /** @description How many are kept at most. */
        maxOperations: number;
        /**
         * @description What becomes of answers.
         * @enum {unknown}
         */
        answers: "wipe-at-end" | "keep";
      };
    };
    LogRow: {
      /** @description Where it stands; rows after it are asked for with `after`. */
      cursor: string;
      taskId: string;
      hookId: string;
      attempt: number;
      /** Format: date-time */
      at: string;
      /** @enum {unknown} */
      level: "debug" | "info" | "warn" | "error";
      message: string;
    };
    Log: {
      items: components["schemas"]["LogRow"][];
      /** @description Cursor of the last row, or the one that was asked from. */
      next: string;
    };
    TokenList: {
      items: {
        id: string;
        name: string;
        /** Format: date-time */
        createdAt: string;
      }[];
    };
    NewToken: {
      id: string;
      name: string;
      /** Format: date-time */
      createdAt: string;
      /** @description To be sent as Authorization: Bearer ... */
      token: string;
    };
    Health: {
      /** @enum {string} */
      status: "ok";
    };
    Readiness: {
      /** @enum {unknown} */
      status: "ok" | "unready";
      datastore: {
        /** @enum {unknown} */
        kind: "pglite" | "redis" | "postgres";
        /** @enum {unknown} */
        status: "ok" | "away";
        /** @description Which loss it covers and which it does not. */
        durability: string;
        warnings: string[];
      };
      nas: {
        /** @enum {unknown} */
        status: "ok" | "away";
      };
      /** @description How many there are. */
      tasks: number;
    };
    AppList: {
      items: {
        name: string;
        /** @enum {unknown} */
        state: "RUNNING" | "DEPLOYING" | "STOPPED" | "STOPPING" | "CRASHED";
        version: string;
        custom: boolean;
        /** @description Published on the NAS's address; the first is the primary one. */
        ports: number[];
      }[];
    };
    CatalogEntry: {
      /** @description As `catalogScript` of a request takes it. */
      script: string;
      title: string;
      description: string | null;
      icon: string | null;
      version: string | null;
      custom: boolean;
      /** @description True: not to be shown in production stores. */
      internal: boolean;
      questions: {
        key: string;
        question: string;
        description: string | null;
        /** @enum {unknown} */
        type: "text" | "number" | "select" | "boolean" | "password";
        required: boolean;
        default: unknown;
        /** @description True: left unanswered, the NAS or chance gives the answer. */
        isDefaultComputed: boolean;
        placeholder: string | null;
        options: {
          text: string;
          value: unknown;
        }[];
        installOnly: boolean;
      }[];
      hooks: {
        id: string;
        /** @enum {unknown} */
        event: "onBeforeInstall" | "onAfterInstall" | "onBeforeUpgrade" | "onAfterUpgrade";
        description: string | null;
        optional: boolean;
        userOptional: {
          label: string;
          description: string | null;
          default: boolean;
          link: {
            url: string;
            label: string;
          } | null;
        } | null;
        condition: {
          fromVersionRange: string | null;
          toVersionRange: string | null;
        };
        inputs: {
          id: string;
          /** @enum {unknown} */
          type: "oauth" | "question";
          title: string;
          description: string | null;
          /** @enum {unknown} */
          state: "waiting" | "provided" | "failed";
          required: boolean;
          provider?: string;
          authorization?: {
            /** @description The provider's page. */
            url: string;
            userCode: string | null;
            expiresAt: string | null;
          } | null;
          question?: {
            /** @enum {unknown} */
            type: "text" | "number" | "select" | "boolean" | "password";
            key: string;
            /** @description What is taken when nothing is answered. */
            default?: unknown;
            placeholder?: string;
            options?: {
              text: string;
              /** @description What is answered. */
              value: unknown;
            }[];
          };
          error?: string;
        }[];
        /** @description Seconds of active time. */
        timeout: number;
        retries: number;
        labels: {
          [key: string]: string;
        };
        annotations: {
          [key: string]: string;
        };
        sha256: string | null;
        mayReach: {
          /** @description Which rule of the network policy allows it. */
          rule: string;
          /** @description host, host:port or origin. */
          what: string;
          /** @description For people. */
          text: string;
        }[];
      }[];
      problems: {
        /** @enum {unknown} */
        severity: "error" | "warning";
        /** @description One of docs/reference/errors.md. */
        code: string;
        file?: string;
        /** @description JSON pointer into the install script. */
        pointer: string;
        /** @description From 1. */
        line: number;
        /** @description From 1. */
        column: number;
        message: string;
      }[];
      lock: ("as-locked" | "changed" | "unlisted") | null;
    };
    /** @description The install scripts of the server's catalog. */
    Catalog: {
      items: components["schemas"]["CatalogEntry"][];
    };
    CatalogScript: {
      /** @description As `catalogScript` of a request takes it. */
      script: string;
      title: string;
      description: string | null;
      icon: string | null;
      version: string | null;
      custom: boolean;
      /** @description True: not to be shown in production stores. */
      internal: boolean;
      questions: {
        key: string;
        question: string;
        description: string | null;
        /** @enum {unknown} */
        type: "text" | "number" | "select" | "boolean" | "password";
        required: boolean;
        default: unknown;
        /** @description True: left unanswered, the NAS or chance gives the answer. */
        isDefaultComputed: boolean;
        placeholder: string | null;
        options: {
          text: string;
          value: unknown;
        }[];
        installOnly: boolean;
      }[];
      hooks: {
        id: string;
        /** @enum {unknown} */
        event: "onBeforeInstall" | "onAfterInstall" | "onBeforeUpgrade" | "onAfterUpgrade";
        description: string | null;
        optional: boolean;
        userOptional: {
          label: string;
          description: string | null;
          default: boolean;
          link: {
            url: string;
            label: string;
          } | null;
        } | null;
        condition: {
          fromVersionRange: string | null;
          toVersionRange: string | null;
        };
        inputs: {
          id: string;
          /** @enum {unknown} */
          type: "oauth" | "question";
          title: string;
          description: string | null;
          /** @enum {unknown} */
          state: "waiting" | "provided" | "failed";
          required: boolean;
          provider?: string;
          authorization?: {
            /** @description The provider's page. */
            url: string;
            userCode: string | null;
            expiresAt: string | null;
          } | null;
          question?: {
            /** @enum {unknown} */
            type: "text" | "number" | "select" | "boolean" | "password";
            key: string;
            /** @description What is taken when nothing is answered. */
            default?: unknown;
            placeholder?: string;
            options?: {
              text: string;
              /** @description What is answered. */
              value: unknown;
            }[];
          };
          error?: string;
        }[];
        /** @description Seconds of active time. */
        timeout: number;
        retries: number;
        labels: {
          [key: string]: string;
        };
        annotations: {
          [key: string]: string;
        };
        sha256: string | null;
        mayReach: {
          /** @description Which rule of the network policy allows it. */
          rule: string;
          /** @description host, host:port or origin. */
          what: string;
          /** @description For people. */
          text: string;
        }[];
      }[];
      problems: {
        /** @enum {unknown} */
        severity: "error" | "warning";
        /** @description One of docs/reference/errors.md. */
        code: string;
        file?: string;
        /** @description JSON pointer into the install script. */
        pointer: string;
        /** @description From 1. */
        line: number;
        /** @description From 1. */
        column: number;
        message: string;
      }[];
      lock: ("as-locked" | "changed" | "unlisted") | null;
      /** @description The install script itself. */
      text: string;
    };
    /** @description What an operation would do, before anybody says yes. */
    Plan: {
      /** @description False: the script or a hook's code has errors. */
      valid: boolean;
      problems: {
        /** @enum {unknown} */
        severity: "error" | "warning";
        /** @description One of docs/reference/errors.md. */
        code: string;
        file?: string;
        /** @description JSON pointer into the install script. */
        pointer: string;
        /** @description From 1. */
        line: number;
        /** @description From 1. */
        column: number;
        message: string;
      }[];
      /** @description Why the request as it is would be refused although the script is good. */
      refusals: {
        code: string;
        title: string;
        message: string;
      }[];
      /** @enum {unknown} */
      operation: "install" | "upgrade";
      appName: string;
      fromVersion: string | null;
      toVersion: string | null;
      steps: {
        /** @enum {unknown} */
        kind: "hook" | "app" | "directories" | "running";
        title: string;
        hookId: string | null;
        runs: boolean;
        reason: string | null;
        sha256: string | null;
      }[];
      questions: {
        key: string;
        question: string;
        description: string | null;
        /** @enum {unknown} */
        type: "text" | "number" | "select" | "boolean" | "password";
        required: boolean;
        default: unknown;
        /** @description True: left unanswered, the NAS or chance gives the answer. */
        isDefaultComputed: boolean;
        placeholder: string | null;
        options: {
          text: string;
          value: unknown;
        }[];
        installOnly: boolean;
      }[];
      /** @description Hooks the user may leave out. */
      userOptional: {
        label: string;
        description: string | null;
        default: boolean;
        link: {
          url: string;
          label: string;
        } | null;
        hookId: string;
        isOn: boolean;
      }[];
      permissions: {
        hookId: string;
        mayReach: {
          /** @description Which rule of the network policy allows it. */
          rule: string;
          /** @description host, host:port or origin. */
          what: string;
          /** @description For people. */
          text: string;
        }[];
      }[];
      requirements: {
        /** @enum {unknown} */
        kind: "location" | "specification" | "permission" | "port";
        what: string;
        isMet: boolean | null;
        text: string;
      }[];
      values: {
        [key: string]: unknown;
      } | null;
      predictedSeconds: number | null;
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type Problem = components["schemas"]["Problem"];
export type TaskError = components["schemas"]["TaskError"];
export type HookTask = components["schemas"]["HookTask"];
export type OperationTask = components["schemas"]["OperationTask"];
export type Task = components["schemas"]["Task"];
export type TaskList = components["schemas"]["TaskList"];
export type History = components["schemas"]["History"];
export type LogRow = components["schemas"]["LogRow"];
export type Log = components["schemas"]["Log"];
export type TokenList = components["schemas"]["TokenList"];
export type NewToken = components["schemas"]["NewToken"];
export type Health = components["schemas"]["Health"];
export type Readiness = components["schemas"]["Readiness"];
export type AppList = components["schemas"]["AppList"];
export type CatalogEntry = components["schemas"]["CatalogEntry"];
export type Catalog = components["schemas"]["Catalog"];
export type CatalogScript = components["schemas"]["CatalogScript"];
export type Plan = components["schemas"]["Plan"];
export type $defs = Record<string, never>;
export interface operations {
  getHealth: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It does. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Health"];
        };
      };
      /** @description The request does not fit. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It comes from a page of another site. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Host is a name this server does not answer to. */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A fault of the server. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The NAS or the datastore is away. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getReadiness: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description They do. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Readiness"];
        };
      };
      /** @description The request does not fit. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It comes from a page of another site. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Host is a name this server does not answer to. */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A fault of the server. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One is away. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Readiness"];
        };
      };
    };
  };
  listApps: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description All of them. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["AppList"];
        };
      };
      /** @description The request does not fit. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no valid token. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It comes from a page of another site. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Host is a name this server does not answer to. */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many wrong tokens came from there; Retry-After says how long to wait. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A fault of the server. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The NAS or the datastore is away. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listTasks: {
    parameters: {
      query?: {
        kind?: "operation" | "hook";
        type?: "APP_INSTALL" | "APP_UPGRADE" | "APP_HOOK";
        /** @description True: those that have not ended. */
        active?: boolean;
        /** @description Hooks of this operation. */
        parent?: string;
        dismissed?: boolean;
        /** @description Text in the title or the app's name. */
        q?: string;
        /** @description In any of these states. */
        status?: (
          | "PENDING"
          | "AWAITING_INPUT"
          | "IN_PROGRESS"
          | "AWAITING_RETRY"
          | "COMPLETED"
          | "SKIPPED"
          | "FAILED"
          | "CANCELLED"
        )[];
        /** @description Of this app. */
        app?: string;
        /** @description Hooks of this event. */
        event?: "onBeforeInstall" | "onAfterInstall" | "onBeforeUpgrade" | "onAfterUpgrade";
        /** @description Hooks with this id in their script. */
        hook?: string;
        /** @description name:value; all of them. */
        label?: string[];
        limit?: number;
        /** @description nextCursor of the page before. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of tasks. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TaskList"];
        };
      };
      /** @description It is what the caller has. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description The request does not fit. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no valid token. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It comes from a page of another site. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Host is a name this server does not answer to. */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many wrong tokens came from there; Retry-After says how long to wait. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A fault of the server. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The NAS or the datastore is away. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getTask: {
    parameters: {
      query?: {
        /** @description children, logs, or both with a comma. */
        include?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The task as it stands. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Task"];
        };
      };
      /** @description It is what the caller has. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description The request does not fit. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no valid token. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It comes from a page of another site. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Host is a name this server does not answer to. */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many wrong tokens came from there; Retry-After says how long to wait. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A fault of the server. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The NAS or the datastore is away. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getTaskLog: {
    parameters: {
      query?: {
        /** @description Cursor of the last row known. */
        after?: string;
        limit?: number;
        level?: "debug" | "info" | "warn" | "error";
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Rows, oldest first. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Log"];
          "application/x-ndjson": string;
        };
      };
      /** @description The request does not fit. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no valid token. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It comes from a page of another site. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Host is a name this server does not answer to. */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many wrong tokens came from there; Retry-After says how long to wait. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A fault of the server. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The NAS or the datastore is away. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listHistory: {
    parameters: {
      query?: {
        /** @description In any of these states. */
        status?: (
          | "PENDING"
          | "AWAITING_INPUT"
          | "IN_PROGRESS"
          | "AWAITING_RETRY"
          | "COMPLETED"
          | "SKIPPED"
          | "FAILED"
          | "CANCELLED"
        )[];
        /** @description Of this app. */
        app?: string;
        /** @description Hooks of this event. */
        event?: "onBeforeInstall" | "onAfterInstall" | "onBeforeUpgrade" | "onAfterUpgrade";
        /** @description Hooks with this id in their script. */
        hook?: string;
        /** @description name:value; all of them. */
        label?: string[];
        limit?: number;
        /** @description nextCursor of the page before. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of executions, and how long they are kept. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["History"];
        };
      };
      /** @description It is what the caller has. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description The request does not fit. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no valid token. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It comes from a page of another site. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Host is a name this server does not answer to. */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many wrong tokens came from there; Retry-After says how long to wait. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A fault of the server. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The NAS or the datastore is away. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listCatalog: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description All scripts. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Catalog"];
        };
      };
      /** @description It is what the caller has. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description The request does not fit. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no valid token. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It comes from a page of another site. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Host is a name this server does not answer to. */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The script or an answer is refused. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many wrong tokens came from there; Retry-After says how long to wait. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A fault of the server. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The NAS or the datastore is away. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getCatalogScript: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Its path; a / in it as %2F. */
        script: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The script. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CatalogScript"];
        };
      };
      /** @description It is what the caller has. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description The request does not fit. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no valid token. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It comes from a page of another site. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Host is a name this server does not answer to. */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The script or an answer is refused. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many wrong tokens came from there; Retry-After says how long to wait. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A fault of the server. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The NAS or the datastore is away. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  answerTask: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @description By input id; what is left out takes its default, or the earlier answer where it is asked again. null takes that back. */
          answers: {
            [key: string]: unknown;
          };
        };
      };
    };
    responses: {
      /** @description The task after that. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Task"];
        };
      };
      /** @description The request does not fit. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no valid token. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It comes from a page of another site. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not possible in this state. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It has changed since. */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Its body is too large. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Its body is no JSON. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Host is a name this server does not answer to. */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The script or an answer is refused. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many wrong tokens came from there; Retry-After says how long to wait. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A fault of the server. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The NAS or the datastore is away. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  retryTask: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @description Run the hook as its script is now. */
          fresh?: boolean;
          /** @description With fresh: the install script as it is now. */
          script?: string;
          /** @description Ids of inputs to ask for again before the next attempt; of questions all are asked when one is named. What is left out of the answers then stays as it was. */
          changeInputs?: string[];
        };
      };
    };
    responses: {
      /** @description The task after that. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Task"];
        };
      };
      /** @description The request does not fit. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no valid token. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It comes from a page of another site. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not possible in this state. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It has changed since. */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Its body is too large. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Its body is no JSON. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Host is a name this server does not answer to. */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The script or an answer is refused. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many wrong tokens came from there; Retry-After says how long to wait. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A fault of the server. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The NAS or the datastore is away. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  startSignIn: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
        inputId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The task after that. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Task"];
        };
      };
      /** @description The request does not fit. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no valid token. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It comes from a page of another site. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not possible in this state. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It has changed since. */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Its body is too large. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Its body is no JSON. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Host is a name this server does not answer to. */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The script or an answer is refused. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many wrong tokens came from there; Retry-After says how long to wait. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A fault of the server. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The NAS or the datastore is away. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  cancelSignIn: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
        inputId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The task after that. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Task"];
        };
      };
      /** @description The request does not fit. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no valid token. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It comes from a page of another site. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not possible in this state. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It has changed since. */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Its body is too large. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Its body is no JSON. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Host is a name this server does not answer to. */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The script or an answer is refused. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many wrong tokens came from there; Retry-After says how long to wait. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A fault of the server. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The NAS or the datastore is away. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  skipTask: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The task after that. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Task"];
        };
      };
      /** @description The request does not fit. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no valid token. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It comes from a page of another site. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not possible in this state. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It has changed since. */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Its body is too large. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Its body is no JSON. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Host is a name this server does not answer to. */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The script or an answer is refused. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many wrong tokens came from there; Retry-After says how long to wait. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A fault of the server. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The NAS or the datastore is away. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  cancelTask: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The task after that. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Task"];
        };
      };
      /** @description The request does not fit. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no valid token. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It comes from a page of another site. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not possible in this state. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It has changed since. */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Its body is too large. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Its body is no JSON. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Host is a name this server does not answer to. */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The script or an answer is refused. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many wrong tokens came from there; Retry-After says how long to wait. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A fault of the server. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The NAS or the datastore is away. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  dismissTask: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The task after that. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Task"];
        };
      };
      /** @description The request does not fit. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no valid token. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It comes from a page of another site. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not possible in this state. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It has changed since. */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Its body is too large. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Its body is no JSON. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Host is a name this server does not answer to. */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The script or an answer is refused. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many wrong tokens came from there; Retry-After says how long to wait. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A fault of the server. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The NAS or the datastore is away. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  rerunTask: {
    parameters: {
      query?: never;
      header?: {
        /** @description Sent again with the same key, it is the same operation. */
        "idempotency-key"?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The new operation; Location names it. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["OperationTask"];
        };
      };
      /** @description The request does not fit. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no valid token. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It comes from a page of another site. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not possible in this state. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Its body is too large. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Its body is no JSON. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Host is a name this server does not answer to. */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The script or an answer is refused. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many wrong tokens came from there; Retry-After says how long to wait. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A fault of the server. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The NAS or the datastore is away. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  plan: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description What would be asked for, and which operation. */
    requestBody: {
      content: {
        "application/json": {
          /** @description Text of the install script. */
          script?: string;
          /** @description Its name; default pasted.json. */
          scriptFile?: string;
          /** @description In place of `script`: a script of the server's catalog, such as plex.json. */
          catalogScript?: string;
          /** @description Default: the script's name without .json. */
          appName?: string;
          catalogApp?: string | null;
          train?: string;
          /** @description Of an upgrade; default: what the NAS has. */
          fromVersion?: string;
          /** @description Default: the script's. */
          toVersion?: string;
          /** @description Switches of userOptional hooks, by hook id. */
          optIns?: {
            [key: string]: boolean;
          };
          /** @description Answers to installation_questions, by key. */
          answers?: {
            [key: string]: unknown;
          };
          /** @description Answers to hook inputs known beforehand, by input id. */
          inputs?: {
            [key: string]: unknown;
          };
          /** @description The SHA-256 each hook's sources must have, by hook id. */
          expectedSha256?: {
            [key: string]: string;
          };
          /** @description To choose tasks by. */
          labels?: {
            [key: string]: string;
          };
          /** @description For people and programs. */
          annotations?: {
            [key: string]: string;
          };
          /** @description False: nobody is there; a hook fails instead of waiting. Default true. */
          interactive?: boolean;
          /**
           * @default install
           * @enum {unknown}
           */
          operation?: "install" | "upgrade";
        };
      };
    };
    responses: {
      /** @description The plan, or what is wrong with the script. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Plan"];
        };
      };
      /** @description The request does not fit. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no valid token. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It comes from a page of another site. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Its body is too large. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Its body is no JSON. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Host is a name this server does not answer to. */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The script or an answer is refused. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many wrong tokens came from there; Retry-After says how long to wait. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A fault of the server. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The NAS or the datastore is away. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  install: {
    parameters: {
      query?: never;
      header?: {
        /** @description Sent again with the same key, it is the same operation. */
        "idempotency-key"?: string;
      };
      path?: never;
      cookie?: never;
    };
    /** @description Exactly one of `script` and `catalogScript`. */
    requestBody: {
      content: {
        "application/json": {
          /** @description Text of the install script. */
          script?: string;
          /** @description Its name; default pasted.json. */
          scriptFile?: string;
          /** @description In place of `script`: a script of the server's catalog, such as plex.json. */
          catalogScript?: string;
          /** @description Default: the script's name without .json. */
          appName?: string;
          catalogApp?: string | null;
          train?: string;
          /** @description Of an upgrade; default: what the NAS has. */
          fromVersion?: string;
          /** @description Default: the script's. */
          toVersion?: string;
          /** @description Switches of userOptional hooks, by hook id. */
          optIns?: {
            [key: string]: boolean;
          };
          /** @description Answers to installation_questions, by key. */
          answers?: {
            [key: string]: unknown;
          };
          /** @description Answers to hook inputs known beforehand, by input id. */
          inputs?: {
            [key: string]: unknown;
          };
          /** @description The SHA-256 each hook's sources must have, by hook id. */
          expectedSha256?: {
            [key: string]: string;
          };
          /** @description To choose tasks by. */
          labels?: {
            [key: string]: string;
          };
          /** @description For people and programs. */
          annotations?: {
            [key: string]: string;
          };
          /** @description False: nobody is there; a hook fails instead of waiting. Default true. */
          interactive?: boolean;
        };
      };
    };
    responses: {
      /** @description Accepted and kept; Location names the task. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["OperationTask"];
        };
      };
      /** @description The request does not fit. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no valid token. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It comes from a page of another site. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not possible in this state. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Its body is too large. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Its body is no JSON. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Host is a name this server does not answer to. */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The script or an answer is refused. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many wrong tokens came from there; Retry-After says how long to wait. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A fault of the server. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The NAS or the datastore is away. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  upgrade: {
    parameters: {
      query?: never;
      header?: {
        /** @description Sent again with the same key, it is the same operation. */
        "idempotency-key"?: string;
      };
      path?: never;
      cookie?: never;
    };
    /** @description Exactly one of `script` and `catalogScript`. */
    requestBody: {
      content: {
        "application/json": {
          /** @description Text of the install script. */
          script?: string;
          /** @description Its name; default pasted.json. */
          scriptFile?: string;
          /** @description In place of `script`: a script of the server's catalog, such as plex.json. */
          catalogScript?: string;
          /** @description Default: the script's name without .json. */
          appName?: string;
          catalogApp?: string | null;
          train?: string;
          /** @description Of an upgrade; default: what the NAS has. */
          fromVersion?: string;
          /** @description Default: the script's. */
          toVersion?: string;
          /** @description Switches of userOptional hooks, by hook id. */
          optIns?: {
            [key: string]: boolean;
          };
          /** @description Answers to installation_questions, by key. */
          answers?: {
            [key: string]: unknown;
          };
          /** @description Answers to hook inputs known beforehand, by input id. */
          inputs?: {
            [key: string]: unknown;
          };
          /** @description The SHA-256 each hook's sources must have, by hook id. */
          expectedSha256?: {
            [key: string]: string;
          };
          /** @description To choose tasks by. */
          labels?: {
            [key: string]: string;
          };
          /** @description For people and programs. */
          annotations?: {
            [key: string]: string;
          };
          /** @description False: nobody is there; a hook fails instead of waiting. Default true. */
          interactive?: boolean;
        };
      };
    };
    responses: {
      /** @description Accepted and kept; Location names the task. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["OperationTask"];
        };
      };
      /** @description The request does not fit. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no valid token. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It comes from a page of another site. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not possible in this state. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Its body is too large. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Its body is no JSON. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Host is a name this server does not answer to. */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The script or an answer is refused. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many wrong tokens came from there; Retry-After says how long to wait. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A fault of the server. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The NAS or the datastore is away. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  followTasks: {
    parameters: {
      query?: {
        kind?: "operation" | "hook";
        /** @description In any of these states. */
        status?: (
          | "PENDING"
          | "AWAITING_INPUT"
          | "IN_PROGRESS"
          | "AWAITING_RETRY"
          | "COMPLETED"
          | "SKIPPED"
          | "FAILED"
          | "CANCELLED"
        )[];
        /** @description Of this app. */
        app?: string;
        /** @description Hooks of this event. */
        event?: "onBeforeInstall" | "onAfterInstall" | "onBeforeUpgrade" | "onAfterUpgrade";
        /** @description Hooks with this id in their script. */
        hook?: string;
        /** @description name:value; all of them. */
        label?: string[];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Server-sent events. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "text/event-stream": string;
        };
      };
      /** @description The request does not fit. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no valid token. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It comes from a page of another site. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Host is a name this server does not answer to. */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many wrong tokens came from there; Retry-After says how long to wait. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A fault of the server. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The NAS or the datastore is away. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  followTask: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Server-sent events. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "text/event-stream": string;
        };
      };
      /** @description The request does not fit. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no valid token. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It comes from a page of another site. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Host is a name this server does not answer to. */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many wrong tokens came from there; Retry-After says how long to wait. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A fault of the server. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The NAS or the datastore is away. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  signIn: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @description From the address that the server prints. */
          code: string;
        };
      };
    };
    responses: {
      /** @description The token; it is shown this once. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["NewToken"];
        };
      };
      /** @description The request does not fit. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no valid token. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It comes from a page of another site. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Its body is too large. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Its body is no JSON. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Host is a name this server does not answer to. */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A fault of the server. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The NAS or the datastore is away. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listTokens: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description All tokens. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TokenList"];
        };
      };
      /** @description The request does not fit. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no valid token. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It comes from a page of another site. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Host is a name this server does not answer to. */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many wrong tokens came from there; Retry-After says how long to wait. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A fault of the server. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The NAS or the datastore is away. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  createToken: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @description For people, to know it by. */
          name: string;
        };
      };
    };
    responses: {
      /** @description The token; it is shown this once. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["NewToken"];
        };
      };
      /** @description The request does not fit. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no valid token. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It comes from a page of another site. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Its body is too large. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Its body is no JSON. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Host is a name this server does not answer to. */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many wrong tokens came from there; Retry-After says how long to wait. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A fault of the server. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The NAS or the datastore is away. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  revokeToken: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It opens nothing any more. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description The request does not fit. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no valid token. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It comes from a page of another site. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such thing. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Its body is too large. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Its body is no JSON. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Host is a name this server does not answer to. */
      421: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many wrong tokens came from there; Retry-After says how long to wait. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A fault of the server. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The NAS or the datastore is away. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
}
