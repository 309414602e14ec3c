import { describe, expect, it } from "vitest";
import { scenarios } from "../../catalog-example/_simulated/scenarios.ts";
import { installRequest } from "../support/box.ts";
import { signInCode, signInLink } from "../support/pin-sign-in.ts";
import { testDatastores } from "../support/test-datastores.ts";
import { CrashLab } from "./crash-lab.ts";

const origin = scenarios.flatMap(({ signInOrigins = [] }) => signInOrigins)[0] ?? "";

/** Signs in at the stand-in, which the lab puts in the place of this origin. */
function createHook() {
  const pins = `${origin}/api/v2/pins`;
  const flow = {
    type: "pin",
    pinUrl: pins,
    pollUrl: `${pins}/{pinId}`,
    authUrl: `${origin}/auth#?clientID={clientId}&code={code}`,
    clientId: "c",
    tokenField: "authToken",
  };
  const inputs = [{ type: "oauth", id: "login", name: "Sign in", provider: "plex", flow }];
  const scriptContent =
    "export async function run(ctx) { ctx.log('got', Object.keys(ctx.getInput('login')).join()); }";
  return { id: "signs-in", inputs, scriptContent };
}

for (const subject of testDatastores) {
  describe.skipIf(!subject.available)(`a sign-in whose worker is killed, on ${subject.kind}`, () => {
    const isShared = subject.kind !== "pglite";

    it("is gone on with by another worker, at the link the user has open", async () => {
      const tacklebox = { soleWorker: !isShared, leaseMs: 1000, parkAfterMs: 20 };
      const lab = await CrashLab.open(subject, { tacklebox });
      const first = lab.startWorker();
      try {
        await first.started;
        if (!isShared) lab.worker = first;
        const shown = lab.until((view) => signInLink(view) !== "");
        const id = await lab.call("submit", installRequest([createHook()]));
        const code = signInCode(signInLink(await shown));
        await new Promise<void>((resolve) => {
          lab.onProviderAsked = (method) => method === "GET" && resolve();
        });
        await first.kill9();
        expect(lab.standIn.approve(code)).toBe(true);
        const done = lab.until((view) => view.id === id && view.status === "COMPLETED");
        await lab.ensureWorker();
        await done;
        const begun = lab.standIn.requests.filter(({ method }) => method === "POST");
        expect(begun.map(({ path }) => path)).toEqual(["/api/v2/pins"]);
      } finally {
        await first.kill9();
        await lab.close();
      }
    });
  });
}
