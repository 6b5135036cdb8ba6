/** Redirects as real servers send them: followed, bounded, and never a way for secrets to another origin. */
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import type { Endpoint } from "../../../lib/core/endpoint/endpoint.ts";
import { makeEgressGuard } from "../../../lib/probe/egress/egress.ts";
import { certificate } from "../../support/certificates.ts";
import { checkerOf, endpointOf, typeOf } from "../../support/checks.ts";
import { answer, type Loopback, type LoopbackOptions, loopback } from "../../support/loopback.ts";

const checker = checkerOf();
const open: Loopback[] = [];
const check = (url: string, about: Partial<Endpoint> = {}) =>
  checker.check(endpointOf(url, about), { retry: false });

const to = (location: string, status = 302): Buffer => answer("", { location }, status);
const pathOf = (request: string): string => request.split(" ", 2)[1] ?? "";

/** Answers each path as told, and anything else with "hello". */
async function site(
  routes: Readonly<Record<string, Buffer>>,
  options: LoopbackOptions = {},
): Promise<Loopback> {
  const server = await loopback(
    { onRequest: (socket, request) => socket.end(routes[pathOf(request)] ?? answer("hello")) },
    options,
  );
  open.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

describe("a redirect", () => {
  it.each([301, 302, 303, 307, 308])(
    "with status %i is followed, each hop on a new connection",
    async (status) => {
      const server = await site({ "/": to("/next?a=1#part", status) });
      const measured = await check(`http://${server.host}/`);
      expect(measured).toMatchObject({ outcome: "ok", status: 200, bytes: 5 });
      expect(measured.hops.map((hop) => [hop.status, hop.url])).toEqual([
        [status, `http://${server.host}/`],
        [200, `http://${server.host}/next?a=1`],
      ]);
      expect(server.connections()).toBe(2);
    },
  );

  it("adds to the total, phase by phase", async () => {
    const server = await site({ "/": to("/next") });
    const { timings, hops } = await check(`http://${server.host}/`);
    const sum = hops.reduce((total, hop) => total + (hop.timings.firstByteMs ?? 0), 0);
    expect(timings.firstByteMs).toBeCloseTo(sum, 6);
    expect(timings.totalMs).toBeGreaterThanOrEqual(
      hops.reduce((total, hop) => total + hop.timings.totalMs, 0),
    );
  });

  it("is the answer when none is to be followed", async () => {
    const server = await site({ "/": to("/next") });
    expect(await check(`http://${server.host}/`, { redirects: 0 })).toMatchObject({
      outcome: "ok",
      status: 302,
    });
    expect(server.connections()).toBe(1);
  });

  it("whose body never ends is left at its headers", async () => {
    const server = await loopback({
      onRequest: (socket, request) => {
        if (pathOf(request) === "/") socket.write("HTTP/1.1 302 Found\r\nlocation: /next\r\n\r\nand so on");
        else socket.end(answer("hello"));
      },
    });
    open.push(server);
    expect(typeOf(await check(`http://${server.host}/`))).toBe("ok");
  });

  it.each<[string, Record<string, string>, string]>([
    ["without Location", {}, "http.response.invalid"],
    ["with an empty Location", { location: "" }, "http.response.invalid"],
    ["with a Location that is no URL", { location: "http://[nonsense" }, "http.response.invalid"],
    ["to what is not HTTP", { location: "file:///etc/passwd" }, "http.response.invalid"],
  ])("%s: %s", async (_, headers, type) => {
    const server = await site({ "/": answer("", headers, 302) });
    expect(typeOf(await check(`http://${server.host}/`))).toBe(type);
  });
});

describe("a circle", () => {
  it("is noticed when it closes", async () => {
    const server = await site({ "/": to("/a"), "/a": to("/b"), "/b": to("/a#x") });
    const measured = await check(`http://${server.host}/`, { redirects: 20 });
    expect(typeOf(measured)).toBe("http.response.redirect_loop");
    expect(server.connections()).toBe(3);
  });

  it("of one is noticed too", async () => {
    const server = await site({ "/": to("/") });
    expect(typeOf(await check(`http://${server.host}/`))).toBe("http.response.redirect_loop");
  });

  it("that never closes ends at the limit", async () => {
    const server = await loopback({
      onRequest: (socket, request) => socket.end(to(`${pathOf(request)}x`)),
    });
    open.push(server);
    const measured = await check(`http://${server.host}/`, { redirects: 4 });
    expect(typeOf(measured)).toBe("http.response.redirect_loop");
    expect(measured.hops).toHaveLength(5);
  });
});

describe("the method and the body", () => {
  it.each<[string, number, string, string]>([
    ["POST", 301, "GET", ""],
    ["POST", 302, "GET", ""],
    ["POST", 303, "GET", ""],
    ["PUT", 303, "GET", ""],
    ["PUT", 302, "PUT", "data"],
    ["POST", 307, "POST", "data"],
    ["POST", 308, "POST", "data"],
    ["HEAD", 303, "HEAD", ""],
  ])("of %s after %i are %s and '%s'", async (method, status, next, body) => {
    const server = await site({ "/": to("/next", status) });
    const sent = method === "HEAD" ? {} : { body: "data", headers: { "Content-Type": "text/x-test" } };
    await check(`http://${server.host}/`, { method, ...sent });
    const second = server.received[1] ?? "";
    expect(second.startsWith(`${next} /next HTTP/1.1`)).toBe(true);
    expect(second.split("\r\n\r\n")[1]).toBe(body);
    expect(second.includes("text/x-test")).toBe(body !== "");
  });

  it("of a POST are not sent to another origin", async () => {
    const elsewhere = await site({});
    const server = await site({ "/": to(`http://${elsewhere.host}/`, 307) });
    const measured = await check(`http://${server.host}/`, { method: "POST", body: "secret" });
    expect(typeOf(measured)).toBe("http.failed");
    expect(elsewhere.connections()).toBe(0);
  });
});

describe("what the owner of an endpoint put into its headers", () => {
  const headers = {
    Authorization: "Bearer s3cret",
    Cookie: "sid=s3cret",
    "X-Api-Key": "s3cret",
    Accept: "text/x",
  };

  it("goes along on the same origin", async () => {
    const server = await site({ "/": to("/next") });
    await check(`http://${server.host}/`, { headers });
    expect(server.received[1]?.match(/s3cret/g)).toHaveLength(3);
  });

  it.each(["port", "name", "scheme"])("goes nowhere where the %s differs", async (what) => {
    const elsewhere = await site({}, what === "scheme" ? { tls: certificate("good") } : {});
    const target =
      what === "name"
        ? `http://localhost:${elsewhere.port}/`
        : `${what === "scheme" ? "https" : "http"}://${elsewhere.host}/`;
    const server = await site({ "/": to(target) });
    expect(typeOf(await check(`http://user:s3cret@${server.host}/`, { headers }))).toBe("ok");
    expect(elsewhere.received[0]).toContain("accept: text/x");
    expect(elsewhere.received[0]).not.toMatch(/s3cret|authorization|cookie|x-api-key/i);
  });

  it("does not come back after a detour", async () => {
    const elsewhere = await site({});
    const server = await site({ "/": to(`http://${elsewhere.host}/`) });
    open.push(await loopback({}));
    const back = to(`http://${server.host}/end`);
    const detour = await site({ "/": back });
    const first = await site({ "/": to(`http://${detour.host}/`) });
    await check(`http://${first.host}/`, { headers });
    expect(server.received[0]).toContain("GET /end");
    expect(server.received[0]).not.toContain("s3cret");
  });

  it("as user and password of the URL is sent as a header, and shown nowhere", async () => {
    const server = await site({});
    const measured = await check(`http://us%40er:p%3Ass@${server.host}/path`);
    const expected = Buffer.from("us@er:p:ss").toString("base64");
    expect(server.received[0]).toContain(`authorization: Basic ${expected}`);
    expect(JSON.stringify(measured)).not.toMatch(/p%3Ass|p:ss|us@er|us%40er/);
  });

  it("is not taken from a Location", async () => {
    const server = await site({});
    const first = await site({ "/": to(`http://user:word@${server.host}/`) });
    await check(`http://${first.host}/`);
    expect(server.received[0]).not.toContain("authorization");
  });
});

describe("a change of scheme", () => {
  it("from https to http is followed, as browsers follow it", async () => {
    const plain = await site({});
    const secure = await site({ "/": to(`http://${plain.host}/`) }, { tls: certificate("good") });
    const measured = await check(`https://${secure.host}/`);
    expect(measured).toMatchObject({ outcome: "ok", tls: null });
    expect(measured.hops[0]?.tls?.protocol).toBe("TLSv1.3");
  });

  it("to a certificate that is not valid fails there", async () => {
    const secure = await site({}, { tls: certificate("expired") });
    const plain = await site({ "/": to(`https://${secure.host}/`) });
    expect(typeOf(await check(`http://${plain.host}/`))).toBe("tls.cert.date_invalid");
  });
});

describe("the egress guard", () => {
  it("looks at every hop", async () => {
    const inside = await site({});
    const names = { "outside.test": [{ address: "127.0.0.1", family: 4 as const }] };
    const asked: string[] = [];
    const guarded = checkerOf({
      names,
      guard: (addresses) => {
        asked.push(addresses.map(({ address }) => address).join());
        return asked.length === 1 ? { allowed: true } : makeEgressGuard("public")(addresses);
      },
    });
    const server = await site({ "/": to(`http://2130706433:${inside.port}/`) });
    const measured = await guarded.check(endpointOf(`http://outside.test:${server.port}/`), { retry: false });
    expect(typeOf(measured)).toBe("egress.blocked");
    expect(asked).toHaveLength(2);
    expect(inside.connections()).toBe(0);
  });

  it("refuses the first hop before a connection is made", async () => {
    const server = await site({});
    const guarded = checkerOf({ guard: makeEgressGuard("public") });
    const measured = await guarded.check(endpointOf(`http://${server.host}/`), { retry: false });
    expect(typeOf(measured)).toBe("egress.blocked");
    expect(measured).toMatchObject({ remote: null, publicTarget: false });
    expect(server.connections()).toBe(0);
  });
});

describe("codings of a redirect's body", () => {
  it("are of no interest", async () => {
    const body = gzipSync("moved").subarray(0, 8);
    const server = await site({ "/": answer(body, { location: "/next", "content-encoding": "gzip" }, 301) });
    expect(typeOf(await check(`http://${server.host}/`))).toBe("ok");
  });
});
