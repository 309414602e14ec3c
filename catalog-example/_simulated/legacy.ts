import type { AppBehaviour } from "../../src/nas/simulated/app-behaviour.ts";

/** A V4 script has no hooks, so nobody asks for more than the default page. */
export const legacy: AppBehaviour = () => null;
