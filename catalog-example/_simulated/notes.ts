import type { AppBehaviour } from "../../src/nas/simulated/app-behaviour.ts";

/** Nothing but the default page and health check. */
export const notes: AppBehaviour = () => null;
