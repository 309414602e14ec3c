import { spawn } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";

const policyFile = "/usr/sbin/policy-rc.d";
/** "Action not allowed", to whoever asks whether a fresh service may be started (Debian policy, invoke-rc.d). */
const policy = "#!/bin/sh\nexit 101\n";

/**
 * Installs Debian packages where that may be done (as root, with apt-get), without starting any service. Says what it waits
 * for, and what went wrong; it never throws, since the suites can still be skipped.
 */
export async function installServers(packages: string[]): Promise<void> {
  const names = packages.join(" and ");
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) {
    console.log(`The tests use ${names}, not found here; their suites are skipped. Install them to run all.`);
    return;
  }
  const ownPolicy = !existsSync(policyFile);
  if (ownPolicy) writeFileSync(policyFile, policy, { mode: 0o755 });
  try {
    console.log(`Installing ${names} for the tests (waiting for apt-get, up to a few minutes) ...`);
    await aptGet(["update"]);
    await aptGet(["install", "-y", "--no-install-recommends", ...packages]);
    console.log(`Installed ${names}.`);
  } catch (error) {
    console.log(`Could not install ${names}: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    if (ownPolicy) rmSync(policyFile, { force: true });
  }
}

const patience = [
  "-o",
  "Acquire::http::Timeout=30",
  "-o",
  "Acquire::Retries=2",
  "-o",
  "DPkg::Lock::Timeout=120",
];

async function aptGet(args: string[]): Promise<void> {
  const child = spawn("apt-get", [...patience, "-q", ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 300_000,
  });
  let output = "";
  child.stdout.on("data", (text: Buffer) => (output += text.toString()));
  child.stderr.on("data", (text: Buffer) => (output += text.toString()));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.once("error", reject);
  child.once("close", (code, signal) => {
    if (code === 0) resolve();
    else reject(new Error(`apt-get ${args[0]} ended with ${signal ?? code}\n${output.slice(-2000)}`));
  });
  await promise;
}
