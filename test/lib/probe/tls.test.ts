/** What a check says about certificates and handshakes, against real TLS servers with real (test) certificates. */
import type { Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { type CertificateName, certificate } from "../../support/certificates.ts";
import { checkerOf, endpointOf, typeOf } from "../../support/checks.ts";
import { answer, answering, type Loopback, loopback } from "../../support/loopback.ts";

const checker = checkerOf();
const open: Loopback[] = [];
const opened = async (server: Promise<Loopback>): Promise<Loopback> => {
  const one = await server;
  open.push(one);
  return one;
};
const secure = (name: CertificateName) => opened(answering(answer("hi"), { tls: certificate(name) }));
const check = (url: string, verify = true) =>
  checker.check(endpointOf(url, { tls: { verify } }), { retry: false });

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

describe("a certificate", () => {
  const cases: [CertificateName, string][] = [
    ["good", "ok"],
    ["chained-full", "ok"],
    ["expired", "tls.cert.date_invalid"],
    ["early", "tls.cert.date_invalid"],
    ["wrong-name", "tls.cert.name_invalid"],
    ["self-signed", "tls.cert.authority_invalid"],
    ["untrusted", "tls.cert.authority_invalid"],
    ["chained", "tls.cert.authority_invalid"],
  ];

  it.each(cases)("that is %s: %s", async (name, type) => {
    const server = await secure(name);
    const measured = await check(`https://vigie.test:${server.port}/`);
    expect(typeOf(measured)).toBe(type);
    expect(measured.tls).toMatchObject({
      protocol: "TLSv1.3",
      issuer: expect.stringMatching(/^(Vigie tests|Stranger)/),
    });
  });

  it.each(cases.slice(2))(
    "that is %s is accepted, and described, when it need not be verified",
    async (name) => {
      const server = await secure(name);
      const measured = await check(`https://vigie.test:${server.port}/`, false);
      expect(typeOf(measured)).toBe("ok");
      expect(measured.tls?.validTo).toMatch(/^2[01]\d\d-/);
    },
  );

  it("that is refused is not sent the request", async () => {
    const server = await secure("expired");
    await check(`https://vigie.test:${server.port}/`);
    expect(server.received.join("")).toBe("");
  });

  it("is known by its days left, negative when past", async () => {
    const [good, expired] = [await secure("good"), await secure("expired")];
    const fresh = await check(`https://vigie.test:${good.port}/`);
    const stale = await check(`https://vigie.test:${expired.port}/`);
    expect(fresh.tls).toMatchObject({ validTo: "2125-01-01T00:00:00.000Z" });
    expect(fresh.tls?.daysLeft).toBeGreaterThan(30_000);
    expect(stale.tls).toMatchObject({ validTo: "2020-02-01T00:00:00.000Z" });
    expect(stale.tls?.daysLeft).toBeLessThan(0);
  });

  it("is matched with an IP address in the URL, for which no name is sent", async () => {
    const names: (string | false)[] = [];
    const server = await opened(
      loopback(
        {
          onRequest: (socket) => socket.end(answer("hi")),
          onConnection: (socket) => names.push(sniOf(socket)),
        },
        { tls: certificate("good") },
      ),
    );
    expect(typeOf(await check(`https://127.0.0.1:${server.port}/`))).toBe("ok");
    expect(typeOf(await check(`https://vigie.test.:${server.port}/`))).toBe("ok");
    expect(names).toEqual([false, "vigie.test"]);
  });

  it("that does not carry the address in the URL is refused", async () => {
    const server = await secure("wrong-name");
    expect(typeOf(await check(`https://127.0.0.1:${server.port}/`))).toBe("tls.cert.name_invalid");
  });
});

/** The name a client asked for; only a TLSSocket has one. */
const sniOf = (socket: Socket): string | false => {
  const name: unknown = Reflect.get(socket, "servername");
  return typeof name === "string" && name !== "" ? name : false;
};

describe("a handshake", () => {
  /** TLS record: alert, version 1.2, fatal. */
  const alert = (description: number): Buffer => Buffer.from([21, 3, 3, 0, 2, 2, description]);
  const onHello = (act: (socket: Socket) => void) =>
    opened(loopback({ onConnection: (socket) => socket.once("data", () => act(socket)) }));

  it.each<[string, number, string]>([
    ["handshake_failure", 40, "tls.version_or_cipher_mismatch"],
    ["protocol_version", 70, "tls.version_or_cipher_mismatch"],
    ["insufficient_security", 71, "tls.version_or_cipher_mismatch"],
    ["unrecognized_name", 112, "tls.unrecognized_name_alert"],
    ["bad_certificate", 42, "tls.bad_client_auth_cert"],
    ["internal_error", 80, "tls.protocol.error"],
    ["no_application_protocol", 120, "tls.protocol.error"],
  ])("answered with the alert %s", async (_, description, type) => {
    const server = await onHello((socket) => socket.end(alert(description)));
    expect(typeOf(await check(`https://${server.host}/`))).toBe(type);
  });

  it("answered in plain text", async () => {
    const server = await onHello((socket) => socket.end(answer("plain")));
    expect(typeOf(await check(`https://${server.host}/`))).toBe("tls.protocol.error");
  });

  it("answered with noise", async () => {
    const server = await onHello((socket) => socket.end(Buffer.alloc(64, 0x2a)));
    expect(typeOf(await check(`https://${server.host}/`))).toBe("tls.protocol.error");
  });

  it("reset", async () => {
    const server = await onHello((socket) => socket.resetAndDestroy());
    expect(typeOf(await check(`https://${server.host}/`))).toBe("tcp.reset");
  });

  it("closed", async () => {
    const server = await onHello((socket) => socket.end());
    expect(typeOf(await check(`https://${server.host}/`))).toBe("tcp.closed");
  });

  it("with a server that speaks no version but an old one", async () => {
    const tls = {
      ...certificate("good"),
      maxVersion: "TLSv1.1",
      minVersion: "TLSv1",
      ciphers: "DEFAULT@SECLEVEL=0",
    } as const;
    const server = await opened(answering(answer("old"), { tls }));
    expect(typeOf(await check(`https://${server.host}/`))).toBe("tls.version_or_cipher_mismatch");
  });

  it("with a server that demands a certificate of ours", async () => {
    const tls = { ...certificate("good"), requestCert: true, rejectUnauthorized: true };
    const server = await opened(answering(answer("hi"), { tls }));
    const measured = await check(`https://${server.host}/`);
    expect(["tls.bad_client_auth_cert", "tcp.reset", "http.response.invalid.empty"]).toContain(
      typeOf(measured),
    );
    expect(typeOf(measured)).not.toBe("ok");
  });

  it("of TLS 1.2 is measured and described as well", async () => {
    const server = await opened(
      answering(answer("hi"), { tls: { ...certificate("good"), maxVersion: "TLSv1.2" } }),
    );
    const measured = await check(`https://${server.host}/`);
    expect(measured).toMatchObject({ outcome: "ok", tls: { protocol: "TLSv1.2" } });
    expect(measured.timings.tlsMs).toBeGreaterThan(0);
  });
});
