import { networkInterfaces } from "node:os";
import { describe, expect, it } from "vitest";
import { resolveTarget, type ResolvedAddress } from "../../src/network/connect-pinned.ts";
import { createTestClient, policyOf, serve, serveSecure, textOf, unusedPort } from "./support/loopback.ts";
import { createSelfSignedCertificate } from "./support/self-signed-certificate.ts";

const at = (...addresses: string[]): ResolvedAddress[] =>
  addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));

/** A resolver that gives its answers one after another and keeps the questions. */
function createScriptedResolver(...answers: ResolvedAddress[][]) {
  const asked: string[] = [];
  const resolve = (name: string): Promise<ResolvedAddress[]> => {
    asked.push(name);
    return Promise.resolve(answers[Math.min(asked.length, answers.length) - 1] ?? []);
  };
  return { asked, resolve };
}

describe("a name", () => {
  it("is looked up once, and the connection goes to the address that was checked", async () => {
    const app = await serve((_seen, response) => response.end("app"));
    const { asked, resolve } = createScriptedResolver(at("127.0.0.1"), at("169.254.169.254"));
    const client = createTestClient({ allow: ["app.test"] }, { resolve });
    expect(textOf(await client.send(`http://app.test:${app.port}/`))).toBe("app");
    expect(app.seen[0]?.headers.host).toBe(`app.test:${app.port}`);
    expect(asked).toEqual(["app.test"]);
  });

  it("that is bound anew between two requests is checked anew", async () => {
    const app = await serve((_seen, response) => response.end("app"));
    const { resolve } = createScriptedResolver(at("127.0.0.1"), at("169.254.169.254"));
    const client = createTestClient({ allow: ["app.test"] }, { resolve });
    await client.send(`http://app.test:${app.port}/`);
    await expect(client.send(`http://app.test:${app.port}/`)).rejects.toMatchObject({
      code: "NETWORK_REFUSED",
    });
  });

  it("that is bound anew between two hops of one request is checked anew", async () => {
    const app = await serve((_seen, response) => response.writeHead(302, { Location: "/again" }).end());
    const { resolve } = createScriptedResolver(at("127.0.0.1"), at("169.254.169.254"));
    const client = createTestClient({ allow: ["app.test"] }, { resolve });
    await expect(client.send(`http://app.test:${app.port}/`)).rejects.toMatchObject({
      code: "NETWORK_REFUSED",
    });
    expect(app.seen).toHaveLength(1);
  });

  it("with one bad address among good ones is refused as a whole", async () => {
    const app = await serve((_seen, response) => response.end());
    const { resolve } = createScriptedResolver(at("127.0.0.1", "169.254.169.254"));
    const client = createTestClient({ allow: ["app.test"] }, { resolve });
    await expect(client.send(`http://app.test:${app.port}/`)).rejects.toMatchObject({
      code: "NETWORK_REFUSED",
    });
    expect(app.seen).toEqual([]);
  });

  it("whose first address does not answer is tried at the next", async () => {
    const app = await serve((_seen, response) => response.end("second"));
    const { resolve } = createScriptedResolver(at("127.0.0.9", "127.0.0.1"));
    const client = createTestClient({ allow: ["app.test"] }, { resolve });
    expect(textOf(await client.send(`http://app.test:${app.port}/`))).toBe("second");
  });

  it("none of whose addresses answer fails with the first one's error", async () => {
    const port = await unusedPort();
    const { resolve } = createScriptedResolver(at("127.0.0.9", "127.0.0.1"));
    await expect(
      createTestClient({ allow: ["app.test"] }, { resolve }).send(`http://app.test:${port}/`),
    ).rejects.toMatchObject({
      visible: { cause: { code: "ECONNREFUSED", message: `connect ECONNREFUSED 127.0.0.9:${port}` } },
    });
  });

  it.each(["127.0.0.1", "10.0.0.1", "192.168.1.1", "::1", "::ffff:127.0.0.1", "fd00::1", "100.64.0.1"])(
    "of a sign-in that leads to %s is refused",
    async (address) => {
      const { resolve } = createScriptedResolver(at(address));
      const client = createTestClient({ signInHosts: ["plex.tv"] }, { resolve });
      await expect(client.send("https://plex.tv/")).rejects.toMatchObject({
        code: "NETWORK_REFUSED",
        message: expect.stringContaining("not a public address"),
      });
    },
  );

  it("that is not allowed is never looked up", async () => {
    const { asked, resolve } = createScriptedResolver(at("127.0.0.1"));
    const client = createTestClient({}, { resolve });
    await expect(client.send("http://canary.example/")).rejects.toMatchObject({ code: "NETWORK_REFUSED" });
    expect(asked).toEqual([]);
  });

  it("that nobody knows fails as in Node", async () => {
    const { resolve } = createScriptedResolver([]);
    const client = createTestClient({ allow: ["app.test"] }, { resolve });
    await expect(client.send("http://app.test/")).rejects.toMatchObject({
      code: "NETWORK_FAILED",
      visible: {
        message: "fetch failed",
        cause: { code: "ENOTFOUND", message: "getaddrinfo ENOTFOUND app.test" },
      },
    });
  });

  it("is looked up by the system unless told otherwise", async () => {
    const app = await serve((_seen, response) => response.end("local"));
    const client = createTestClient({ allow: ["localhost"] });
    expect(textOf(await client.send(`http://localhost:${app.port}/`))).toBe("local");
  });
});

describe("a denied port", () => {
  const denied = async (
    resolve: (name: string) => Promise<ResolvedAddress[]>,
    appHost: string | null,
  ): Promise<unknown> => {
    const client = createTestClient({ appHost, allow: ["alias.test"], deniedPorts: [6379] }, { resolve });
    return client.send("http://alias.test:6379/", { timeoutMs: 2000 }).catch((error: unknown) => error);
  };

  it("is denied under a name that leads to loopback", async () => {
    expect(await denied(() => Promise.resolve(at("127.0.0.1")), "192.168.1.5")).toMatchObject({
      code: "NETWORK_REFUSED",
    });
  });

  it("is denied under a name that leads to the NAS, be it known by address or by name", async () => {
    expect(await denied(() => Promise.resolve(at("192.168.1.5")), "192.168.1.5")).toMatchObject({
      code: "NETWORK_REFUSED",
    });
    expect(await denied(() => Promise.resolve(at("192.168.1.5")), "nas.test")).toMatchObject({
      code: "NETWORK_REFUSED",
    });
  });

  it("is denied under every address of this machine", async () => {
    for (const { address, scopeid } of Object.values(networkInterfaces()).flatMap((list) => list ?? [])) {
      if (scopeid !== undefined && scopeid !== 0) continue;
      expect(await denied(() => Promise.resolve(at(address)), null), address).toMatchObject({
        code: "NETWORK_REFUSED",
      });
    }
  });

  it("does not close the same port of another machine, even when the NAS's name cannot be looked up", async () => {
    const resolve = (name: string): Promise<ResolvedAddress[]> =>
      name === "nas.test" ? Promise.reject(new Error("no such name")) : Promise.resolve(at("10.9.8.7"));
    const policy = policyOf({ appHost: "nas.test", allow: ["alias.test"], deniedPorts: [6379] });
    expect(await resolveTarget("alias.test", 6379, { scope: "local", policy, resolve })).toEqual(
      at("10.9.8.7"),
    );
  });
});

describe("over TLS", () => {
  const certificate = createSelfSignedCertificate(["app.test"], ["127.0.0.1"]);

  it("the name asked for is the one the certificate must carry, whatever the address", async () => {
    const app = await serveSecure(certificate, (_seen, response) => response.end("secure"));
    const { resolve } = createScriptedResolver(at("127.0.0.1"));
    const options = { resolve, trustedCertificates: [certificate.cert] };
    const client = createTestClient({ allow: ["app.test", "other.test"] }, options);
    expect(textOf(await client.send(`https://app.test:${app.port}/`))).toBe("secure");
    await expect(client.send(`https://other.test:${app.port}/`)).rejects.toMatchObject({
      visible: { cause: { code: "ERR_TLS_CERT_ALTNAME_INVALID" } },
    });
  });

  it("a literal address is checked against the certificate too", async () => {
    const app = await serveSecure(certificate, (_seen, response) => response.end("secure"));
    const client = createTestClient({ appPorts: [app.port] }, { trustedCertificates: [certificate.cert] });
    expect(textOf(await client.send(app.origin))).toBe("secure");
  });

  it("a certificate nobody vouches for is refused as in Node", async () => {
    const app = await serveSecure(certificate, (_seen, response) => response.end("secure"));
    await expect(createTestClient({ appPorts: [app.port] }).send(app.origin)).rejects.toMatchObject({
      code: "NETWORK_FAILED",
      visible: { message: "fetch failed", cause: { code: "DEPTH_ZERO_SELF_SIGNED_CERT" } },
    });
    expect(app.seen).toEqual([]);
  });
});
