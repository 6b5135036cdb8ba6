/** Servers that break the protocol, or the connection, at every point of it; each on a real loopback socket. */
import type { Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { certificate } from "../../support/certificates.ts";
import { checkerOf, endpointOf, typeOf } from "../../support/checks.ts";
import { answering, type Loopback, loopback, reset } from "../../support/loopback.ts";

const checker = checkerOf();
const open: Loopback[] = [];
const opened = async (server: Promise<Loopback>): Promise<Loopback> => {
  const one = await server;
  open.push(one);
  return one;
};
const check = (server: Loopback, scheme = "http") =>
  checker.check(endpointOf(`${scheme}://${server.host}/`), { retry: false });

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

const OK = "HTTP/1.1 200 OK\r\n";

describe("an answer that is not one", () => {
  it.each<[string, string, string]>([
    ["no HTTP at all", "220 mail.example ESMTP ready\r\n\r\n", "http.response.invalid"],
    ["an empty line", "\r\n\r\n", "http.response.invalid.empty"],
    ["half a status line", "HTTP/1.1 20", "http.response.headers.truncated"],
    ["headers without an end", `${OK}content-length: 5\r\nx: y`, "http.response.headers.truncated"],
    ["a content-length that is no number", `${OK}content-length: five\r\n\r\nhello`, "http.response.invalid"],
    [
      "two content-lengths",
      `${OK}content-length: 5\r\ncontent-length: 6\r\n\r\nhello`,
      "http.response.invalid",
    ],
    [
      "length and chunks both",
      `${OK}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
      "http.response.invalid",
    ],
    [
      "a body shorter than said",
      `${OK}content-length: 50\r\n\r\nhello`,
      "http.response.invalid.content_length_mismatch",
    ],
    [
      "the same, closing",
      `${OK}connection: close\r\ncontent-length: 50\r\n\r\nhello`,
      "http.response.invalid.content_length_mismatch",
    ],
    [
      "a chunk size that is no number",
      `${OK}transfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n`,
      "http.response.invalid.invalid_chunked_encoding",
    ],
    [
      "a chunk longer than its size",
      `${OK}transfer-encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n`,
      "http.response.invalid.invalid_chunked_encoding",
    ],
    [
      "chunks without an end",
      `${OK}transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n`,
      "http.response.invalid.incomplete_chunked_encoding",
    ],
    [
      "the same, closing",
      `${OK}connection: close\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel`,
      "http.response.invalid.incomplete_chunked_encoding",
    ],
    [
      "a protocol nobody asked for",
      "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
      "http.response.invalid",
    ],
    ["a header with a line break in its name", `${OK}a\nb c: d\r\n\r\n`, "http.response.invalid"],
  ])("%s: %s", async (_, bytes, type) => {
    expect(typeOf(await check(await opened(answering(bytes))))).toBe(type);
  });

  it("headers of more than 64 KB", async () => {
    const bytes = `${OK}${`x-filler: ${"x".repeat(1000)}\r\n`.repeat(70)}\r\n`;
    const measured = await check(await opened(answering(bytes)));
    expect(typeOf(measured)).toBe("http.response.invalid");
    expect(measured.status).toBe(null);
  });

  it("headers without end", async () => {
    let stopped = false;
    const flood = (socket: Socket): void => {
      const more = (): void => {
        while (!stopped && !socket.destroyed && socket.write(`x-filler: ${"x".repeat(8000)}\r\n`));
        if (!socket.destroyed) socket.once("drain", more);
      };
      socket.write(OK);
      more();
    };
    const server = await opened(loopback({ onRequest: flood }));
    expect(typeOf(await check(server))).toBe("http.response.invalid");
    stopped = true;
  });
});

describe("an answer that is odd, and good", () => {
  it.each<[string, string]>([
    ["a body that the end of the connection ends", `${OK}\r\nhello`],
    ["HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\nhello"],
    ["no reason after the status", "HTTP/1.1 200\r\ncontent-length: 5\r\n\r\nhello"],
    [
      "early hints first",
      `HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${OK}content-length: 5\r\n\r\nhello`,
    ],
    ["more than its length says", `${OK}content-length: 5\r\n\r\nhello, there is more`],
  ])("%s", async (_, bytes) => {
    const measured = await check(await opened(answering(bytes)));
    expect(measured).toMatchObject({ outcome: "ok", status: 200, bytes: 5 });
  });

  it("204 without a body", async () => {
    const measured = await check(await opened(answering("HTTP/1.1 204 No Content\r\n\r\n")));
    expect(measured).toMatchObject({ outcome: "ok", status: 204, bytes: 0 });
  });
});

const resets: [string, (socket: Socket) => void, string][] = [
  ["instead of an answer", (socket) => reset(socket), "tcp.reset"],
  ["within the headers", (socket) => socket.write(`${OK}x: y`, () => reset(socket)), "tcp.reset"],
  [
    "within a body of known length",
    (socket) => socket.write(`${OK}content-length: 50\r\n\r\nhello`, () => reset(socket)),
    "tcp.reset",
  ],
  [
    "within a chunked body",
    (socket) => socket.write(`${OK}transfer-encoding: chunked\r\n\r\n5\r\nhel`, () => reset(socket)),
    "tcp.reset",
  ],
  [
    "within a body that only the end of the connection ends",
    (socket) => socket.write(`${OK}\r\nhello`, () => setImmediate(() => reset(socket))),
    "tcp.reset",
  ],
  ["not, but closed instead of an answer", (socket) => socket.end(), "http.response.invalid.empty"],
];

describe.each([["http"], ["https"]])("a connection over %s", (scheme) => {
  const tls = scheme === "https" ? { tls: certificate("good") } : {};

  it.each(resets)("reset %s", async (_, onRequest, type) => {
    const measured = await check(await opened(loopback({ onRequest }, tls)), scheme);
    expect(typeOf(measured)).toBe(type);
    expect(measured.timings.connectMs).not.toBe(null);
  });

  it("reset as soon as it is made", async () => {
    const server = await opened(loopback({ onConnection: (socket) => reset(socket) }, tls));
    expect(["tcp.reset", "tcp.closed"]).toContain(typeOf(await check(server, scheme)));
  });

  it("refused", async () => {
    const server = await loopback({}, tls);
    await server.close();
    expect(typeOf(await check(server, scheme))).toBe("tcp.refused");
  });
});

describe("what was measured before it broke", () => {
  it("is kept as evidence", async () => {
    const bytes = `${OK}content-length: 50\r\n\r\nhello`;
    const { timings, status, hops } = await check(await opened(answering(bytes)));
    expect(status).toBe(200);
    expect(timings.connectMs).toBeGreaterThan(0);
    expect(timings.firstByteMs).toBeGreaterThan(0);
    expect(timings.transferMs).toBeGreaterThanOrEqual(0);
    expect(hops).toHaveLength(1);
  });
});
