import { once } from "node:events";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { buffer } from "node:stream/consumers";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { afterEach, describe, expect, it } from "vitest";
import {
  type HostContext,
  type HttpHost,
  type ServeOptions,
  serve,
} from "../../../../lib/adapters/http/serve.ts";
import { Unavailable } from "../../../../lib/core/errors.ts";
import { systemClock } from "../../../../local/clock.ts";

let host: HttpHost | null = null;
let faults: unknown[] = [];
afterEach(async () => {
  await host?.close();
  host = null;
  faults = [];
});

async function start(
  handler: ServeOptions["handler"],
  options: Partial<ServeOptions> = {},
): Promise<HttpHost> {
  let ids = 0;
  const started = await serve({
    handler,
    host: "127.0.0.1",
    port: 0,
    clock: systemClock,
    newId: () => `request-${++ids}`,
    onFault: (error) => faults.push(error),
    ...options,
  });
  host = started;
  return started;
}

/** Sends bytes as they are and reads until the server closes the connection. */
async function raw(port: number, ...parts: string[]): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {}); // a reset after the answer
  for (const part of parts) socket.write(part);
  return (await buffer(socket)).toString("latin1");
}

const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1]);
const echo: ServeOptions["handler"] = async (event) => ({ statusCode: 200, body: JSON.stringify(event) });

/** A promise and the function that resolves it. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

describe("the local HTTP host", () => {
  it("brings a request to the handler as an API Gateway event, and its result back", async () => {
    let seen: { event: APIGatewayProxyEventV2; context: HostContext } | null = null;
    const { url } = await start(async (event, context) => {
      seen = { event, context };
      return { statusCode: 201, headers: { "X-Kind": "test" }, cookies: ["a=1", "b=2"], body: "made" };
    });
    const response = await fetch(`${url}/v1/endpoints?limit=5&limit=6`, {
      method: "POST",
      headers: { "content-type": "application/json", "X-Two": "1" },
      body: '{"name":"Shop"}',
    });
    expect(response.status).toBe(201);
    expect(response.headers.get("x-kind")).toBe("test");
    expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(await response.text()).toBe("made");
    expect(seen).toMatchObject({
      event: {
        version: "2.0",
        rawPath: "/v1/endpoints",
        rawQueryString: "limit=5&limit=6",
        queryStringParameters: { limit: "5,6" },
        headers: { "x-two": "1", "content-type": "application/json", "content-length": "15" },
        requestContext: {
          domainName: "127.0.0.1",
          http: { method: "POST", path: "/v1/endpoints", protocol: "HTTP/1.1", sourceIp: "127.0.0.1" },
          requestId: "request-1",
        },
        body: '{"name":"Shop"}',
        isBase64Encoded: false,
      },
      context: { awsRequestId: "request-1" },
    });
  });

  it("tells the handler how long it may take", async () => {
    let remaining = 0;
    const { url } = await start(async (_, context) => {
      remaining = context.getRemainingTimeInMillis();
    });
    expect(await (await fetch(url)).text()).toBe("null");
    expect(remaining).toBeGreaterThan(0);
    expect(remaining).toBeLessThanOrEqual(29_000);
  });

  it("joins headers that come twice with a comma", async () => {
    const { port } = await start(echo);
    const head = `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n`;
    const answer = await raw(
      port,
      `${head}X-Twice: a\r\nX-Twice: b\r\nCookie: c=1\r\nCookie: d=2; e=3\r\n\r\n`,
    );
    const event: unknown = JSON.parse(answer.slice(answer.indexOf("\r\n\r\n")));
    expect(event).toMatchObject({ headers: { "x-twice": "a,b" }, cookies: ["c=1", "d=2", "e=3"] });
  });

  it("keeps bytes as they are, both ways", async () => {
    const { url } = await start(async ({ body }) => ({ statusCode: 200, body, isBase64Encoded: true }));
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    const response = await fetch(url, { method: "POST", body: bytes });
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
  });

  it("answers HEAD and 204 without a body", async () => {
    const { url } = await start(async ({ requestContext }) =>
      requestContext.http.method === "HEAD" ? { statusCode: 200, body: "four" } : { statusCode: 204 },
    );
    const head = await fetch(url, { method: "HEAD" });
    expect([head.headers.get("content-length"), await head.text()]).toEqual(["4", ""]);
    const none = await fetch(url);
    expect([none.status, none.headers.get("content-length")]).toEqual([204, null]);
  });

  describe("faults of a handler", () => {
    it.each<[string, ServeOptions["handler"]]>([
      ["rejects", () => Promise.reject(new Error("secret detail"))],
      [
        "throws",
        () => {
          throw new Error("secret detail");
        },
      ],
      ["answers with a status that is none", async () => ({ statusCode: 42 })],
      [
        "answers with a header that can't be sent",
        async () => ({ statusCode: 200, headers: { x: "a\r\nb: c" } }),
      ],
      ["answers with what is no JSON", async () => ({ big: 1n })],
    ])("one that %s is a 500 without details, and reported", async (_, handler) => {
      const { url } = await start(handler);
      const response = await fetch(url);
      expect(response.status).toBe(500);
      expect(await response.json()).toEqual({ message: "Internal Server Error" });
      expect(faults).toHaveLength(1);
    });

    it("one that never ends is a 503", async () => {
      const { url } = await start(() => new Promise(() => {}), { handlerTimeoutMs: 30 });
      const response = await fetch(url);
      expect([response.status, await response.json()]).toEqual([503, { message: "Service Unavailable" }]);
    });
  });

  describe("limits", () => {
    const post = (port: number, more: string) => `POST / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${more}`;

    it("takes a body of exactly the limit and refuses one byte more, announced or not", async () => {
      const { url, port } = await start(async ({ body }) => ({ statusCode: 200, body: `${body?.length}` }), {
        maxBodyBytes: 10,
      });
      const headers = { "content-type": "text/plain" };
      expect(await (await fetch(url, { method: "POST", headers, body: "x".repeat(10) })).text()).toBe("10");
      expect((await fetch(url, { method: "POST", headers, body: "x".repeat(11) })).status).toBe(413);
      const chunked = `Transfer-Encoding: chunked\r\n\r\n6\r\naaaaaa\r\n6\r\nbbbbbb\r\n`; // and never an end
      expect(statusOf(await raw(port, post(port, chunked)))).toBe(413);
    });

    it("refuses a huge body without reading it", async () => {
      const { port } = await start(echo);
      const answer = await raw(port, post(port, "Content-Length: 99999999999\r\n\r\n"));
      expect(statusOf(answer)).toBe(413);
      expect(answer).toContain("\r\nconnection: close\r\n");
    });

    it("refuses headers that are too large", async () => {
      const { port } = await start(echo);
      expect(statusOf(await raw(port, post(port, `X-Big: ${"x".repeat(20_000)}\r\n\r\n`)))).toBe(431);
    });

    it.each(["POST / HT", "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n\r\nab"])(
      "gives up on a request that never ends: %j",
      async (start_of_request) => {
        const { port } = await start(echo, { requestTimeoutMs: 50 });
        expect(statusOf(await raw(port, start_of_request.replace("127.0.0.1", `127.0.0.1:${port}`)))).toBe(
          408,
        );
      },
    );

    it("is not told of clients that go away while sending", async () => {
      const { port, url } = await start(echo);
      const socket = connect(port, "127.0.0.1");
      socket.write(post(port, "Content-Length: 100\r\n\r\nhalf"));
      await once(socket, "connect");
      socket.resetAndDestroy();
      await (await fetch(url)).text();
      expect(faults).toEqual([]);
    });

    it.each(["GET http://127.0.0.1/ HTTP/1.1", "OPTIONS * HTTP/1.1"])(
      "refuses %s: it is no proxy",
      async (line) => {
        const { port } = await start(echo);
        const answer = await raw(port, `${line}\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`);
        expect(statusOf(answer)).toBe(400);
      },
    );
  });

  describe("other websites' pages", () => {
    const get = (port: number, headers: string) =>
      raw(port, `GET / HTTP/1.1\r\n${headers}\r\nConnection: close\r\n\r\n`).then(statusOf);

    it("are kept out by Host and Origin, before the handler hears of them", async () => {
      let calls = 0;
      const { port } = await start(async () => {
        calls += 1;
        return "ok";
      });
      expect(await get(port, `Host: rebind.example:${port}`)).toBe(421);
      expect(await get(port, `Host: 127.0.0.1:${port}\r\nOrigin: https://evil.example`)).toBe(403);
      expect(await get(port, `Host: 127.0.0.1:${port}\r\nHost: 127.0.0.1:${port}`)).toBe(421);
      expect(calls).toBe(0);
      expect(await get(port, `Host: localhost:${port}\r\nOrigin: http://localhost:${port}`)).toBe(200);
    });

    it("get no exception for old protocols", async () => {
      const { port } = await start(echo);
      expect(statusOf(await raw(port, "GET / HTTP/1.0\r\n\r\n"))).toBe(421);
      expect(statusOf(await raw(port, "GET / HTTP/1.1\r\nConnection: close\r\n\r\n"))).toBe(400);
    });
  });

  describe("closing", () => {
    it("lets what is in flight finish", async () => {
      const entered = gate();
      const leave = gate();
      const { url, close } = await start(async () => {
        entered.open();
        await leave.opened;
        return { statusCode: 200, body: "done" };
      });
      const response = fetch(url);
      await entered.opened;
      const closed = close();
      leave.open();
      expect(await (await response).text()).toBe("done");
      await closed;
      await expect(fetch(url)).rejects.toThrow();
      host = null;
    });

    it("waits for nobody longer than told", async () => {
      const entered = gate();
      const { url, close } = await start(
        () => {
          entered.open();
          return new Promise(() => {});
        },
        { closeTimeoutMs: 20 },
      );
      const response = fetch(url).catch((error: unknown) => error);
      await entered.opened;
      await close();
      expect(await response).toBeInstanceOf(Error);
      host = null;
    });

    it("doesn't wait for connections kept alive", async () => {
      const { url, close } = await start(echo, { closeTimeoutMs: 600_000 });
      await (await fetch(url)).text();
      await close();
      host = null;
    });
  });

  it("says what to do when the port is taken", async () => {
    const { port } = await start(echo);
    const second = serve({
      handler: echo,
      host: "127.0.0.1",
      port,
      clock: systemClock,
      newId: () => "id",
      onFault: () => {},
    });
    await expect(second).rejects.toThrow(Unavailable);
    await expect(second).rejects.toThrow(`Can't listen at 127.0.0.1:${port}: another program has it`);
  });

  const hasIPv6 = Object.values(networkInterfaces()).some((all) =>
    all?.some(({ address }) => address === "::1"),
  );
  it.skipIf(!hasIPv6)("listens on IPv6 as well, where the machine has it", async () => {
    const { url, port } = await start(echo, { host: "::1" });
    expect(url).toBe(`http://[::1]:${port}`);
    expect((await fetch(url)).status).toBe(200);
  });
});
