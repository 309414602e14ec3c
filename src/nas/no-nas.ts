import { TackleboxError } from "../errors.ts";
import type { NasDriver } from "./nas-driver.ts";

const refuse = (): Promise<never> =>
  Promise.reject(
    new TackleboxError("NAS_UNREACHABLE", "This process has no NAS; a worker or server does the work on it."),
  );

/** For processes that look at tasks and decide on them, and do none of the work. */
export const noNas: NasDriver = {
  facts: refuse,
  ensureDirectory: refuse,
  startCreateApp: refuse,
  startUpgradeApp: refuse,
  followJob: refuse,
  findJob: refuse,
  getApp: refuse,
  listApps: refuse,
  watchApp: refuse,
  close: () => Promise.resolve(),
};
