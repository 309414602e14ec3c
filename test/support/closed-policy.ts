import type { NetworkPolicy } from "../../src/network/network-client.ts";

/** A policy under which a hook reaches nothing. */
export const closedPolicy: NetworkPolicy = {
  appHost: null,
  appPorts: [],
  otherAppPorts: [],
  deniedPorts: [],
  signInHosts: [],
  allow: [],
  originMap: [],
};
