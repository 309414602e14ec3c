// The second door: what tests of hooks, catalogs and embedders need, and a NAS never does.
export { createSkippingClock } from "./clock.ts";
export { createMemoryStores } from "./datastore/memory-stores.ts";
export { createSimulatedNas } from "./nas/create-simulated-nas.ts";
export type { AppBehaviour } from "./nas/simulated/app-behaviour.ts";
export { createSignInStandIn, type SignInStandIn } from "./nas/simulated/sign-in-stand-in.ts";
export type { SimulatedNasControl, SimulatedNasOptions } from "./nas/simulated/simulated-nas-options.ts";
