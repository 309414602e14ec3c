import type { OperationRecord, OperationStep } from "../../src/task/operation-task.ts";
import { hookRecord } from "../task/hook-task-fold.ts";

export const beforeHookId = "tsk_before";
export const afterHookId = "tsk_after";

const beforeHook: OperationStep = {
  kind: "hook",
  title: "Check",
  hookId: "check",
  reason: "it runs",
  task: hookRecord({ id: "check", event: "onBeforeInstall" }, { id: beforeHookId }),
};
const afterHook: OperationStep = {
  kind: "hook",
  title: "Set up",
  hookId: "setup",
  reason: "it runs",
  task: hookRecord({ id: "setup" }, { id: afterHookId }),
};

/** An install of "shelf" with every kind of step. */
export function installRecord(overrides: Partial<OperationRecord> = {}): OperationRecord {
  return {
    id: "tsk_operation",
    operation: "install",
    appName: "shelf",
    catalogApp: "shelf",
    train: "stable",
    fromVersion: null,
    toVersion: "1.0.0",
    values: { greeting: "hello" },
    directories: [
      { path: "/mnt/fast/applications/shelf", owner: { user: "apps" } },
      { path: "/mnt/fast/applications/shelf/config" },
    ],
    steps: [
      { kind: "directories", title: "Make the app's folders" },
      beforeHook,
      { kind: "hook", title: "Off", hookId: "off", reason: "switched off", task: null },
      { kind: "app", title: "Create the app", method: "app.create" },
      { kind: "running", title: "Wait until the app runs" },
      afterHook,
    ],
    source: { scriptFile: "shelf.json", catalogRoot: null },
    interactive: true,
    createdAt: 500,
    ...overrides,
  };
}

/** An upgrade of "shelf", without hooks. */
export function upgradeRecord(overrides: Partial<OperationRecord> = {}): OperationRecord {
  return installRecord({
    operation: "upgrade",
    fromVersion: "1.0.0",
    toVersion: "2.0.0",
    directories: [],
    steps: [
      { kind: "app", title: "Upgrade the app", method: "app.upgrade" },
      { kind: "running", title: "Wait until the app runs" },
    ],
    ...overrides,
  });
}
