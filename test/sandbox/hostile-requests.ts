import type { HostileHook } from "./hostile-hooks.ts";

/** Hooks that reach for what is not theirs. */
export const hostileRequests: HostileHook[] = [
  ...[
    "http://127.0.0.1:CANARY/",
    "http://localhost:CANARY/",
    "http://0x7f.1:CANARY/",
    "http://2130706433:CANARY/",
    "http://017700000001:CANARY/",
    "http://[::1]:CANARY/",
    "http://[::ffff:127.0.0.1]:CANARY/",
    "http://0.0.0.0:CANARY/",
    "http://127.0.0.1.:CANARY/",
    "http://①②⑦.⓪.⓪.①:CANARY/",
    "http://user:pass@127.0.0.1:CANARY/",
    "http://127.0.0.1:CANARY\\\\@app/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[fd00:ec2::254]/",
    "file:///etc/passwd",
  ].map((url): HostileHook => ({
    name: `reaches for ${url}`,
    body: `try { await fetch("${url}"); ctx.log("in"); } catch (e) { ctx.log("refused"); }`,
    ends: ["completed"],
    says: "refused",
  })),
  {
    name: "makes waitForApp leave the app",
    body: "for (const p of ['//127.0.0.1:CANARY/', '/\\\\127.0.0.1:CANARY', 'http://127.0.0.1:CANARY/', '@127.0.0.1:CANARY/']) { try { await ctx.waitForApp(p, { retries: 1, timeout: 200 }); ctx.log('in'); } catch { } } ctx.log('refused');",
    ends: ["completed"],
    says: "refused",
  },
  {
    name: "changes baseUrl and host",
    body: "ctx.baseUrl = 'http://127.0.0.1:CANARY'; ctx.host = '127.0.0.1'; ctx.port = CANARY; try { await ctx.waitForApp('/', { retries: 1, timeout: 200 }); ctx.log('in'); } catch { ctx.log('refused'); }",
    ends: ["completed"],
    says: "refused",
  },
  {
    name: "smuggles headers",
    body: "try { await fetch('http://127.0.0.1:CANARY/', { headers: { 'x': 'a\\r\\nHost: evil' } }); ctx.log('in'); } catch { ctx.log('refused'); }",
    ends: ["completed"],
    says: "refused",
  },
  {
    name: "opens sockets by other names",
    body: "ctx.log(typeof WebSocket, typeof EventSource, typeof XMLHttpRequest, typeof Worker);",
    ends: ["completed"],
    says: "undefined undefined undefined undefined",
  },
];
