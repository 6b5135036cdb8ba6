/** Bodies: counted, bounded, decoded, judged; from real servers. */
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import type { Endpoint, Expectation } from "../../../lib/core/endpoint/endpoint.ts";
import { checkerOf, endpointOf, typeOf } from "../../support/checks.ts";
import { answer, answering, type Loopback, loopback } from "../../support/loopback.ts";

const checker = checkerOf();
const open: Loopback[] = [];
const opened = async (server: Promise<Loopback>): Promise<Loopback> => {
  const one = await server;
  open.push(one);
  return one;
};
const expecting = (about: Partial<Expectation>): Partial<Endpoint> => ({
  expect: { status: [{ from: 200, to: 399 }], json: [], headers: [], ...about },
});
const check = (server: Loopback, about: Partial<Endpoint> = {}) =>
  checker.check(endpointOf(`http://${server.host}/`, about), { retry: false });

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

const MB = 1024 * 1024;
const codings: [string, (data: Buffer) => Buffer][] = [
  ["gzip", gzipSync],
  ["x-gzip", gzipSync],
  ["deflate", deflateSync],
  ["deflate", deflateRawSync],
  ["br", brotliCompressSync],
  ["zstd", zstdCompressSync],
];

describe("a body", () => {
  it("is searched for what is expected in it", async () => {
    const server = await opened(answering(answer("all is well")));
    expect(typeOf(await check(server, expecting({ bodyContains: "well" })))).toBe("ok");
    expect(typeOf(await check(server, expecting({ bodyContains: "ill" })))).toBe("expect.body");
    expect(typeOf(await check(server, expecting({ bodyMatches: "^all .* well$" })))).toBe("ok");
  });

  it("is read in the charset its header names", async () => {
    const latin = answer(Buffer.from("caf\xe9", "latin1"), {
      "content-type": "text/plain; charset=ISO-8859-1",
    });
    const unknown = answer("café", { "content-type": "text/plain; charset=klingon" });
    for (const bytes of [latin, unknown, answer("café")]) {
      const server = await opened(answering(bytes));
      expect(typeOf(await check(server, expecting({ bodyContains: "café" })))).toBe("ok");
    }
  });

  it("of JSON is looked into", async () => {
    const server = await opened(answering(answer('{"status":"up"}')));
    expect(typeOf(await check(server, expecting({ json: [{ path: "$.status", equals: "up" }] })))).toBe("ok");
    expect(typeOf(await check(server, expecting({ json: [{ path: "$.status", equals: "down" }] })))).toBe(
      "expect.body",
    );
  });

  it("is not awaited after HEAD", async () => {
    const server = await opened(answering("HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n"));
    expect(await check(server, { method: "HEAD" })).toMatchObject({ outcome: "ok", bytes: 0 });
  });

  it("of one megabyte is read to its end", async () => {
    const server = await opened(answering(answer(Buffer.alloc(MB, "a"))));
    expect(await check(server)).toMatchObject({ outcome: "ok", bytes: MB });
  });

  it("of more is read no further, as if complete, and its reader is told", async () => {
    const bytes = answer(Buffer.concat([Buffer.alloc(MB + 1, "a"), Buffer.from("end")]));
    const server = await opened(answering(bytes));
    expect(await check(server)).toMatchObject({ outcome: "ok", bytes: MB });
    const { outcome } = await check(server, expecting({ bodyContains: "end" }));
    expect(outcome).toMatchObject({ type: "expect.body", message: expect.stringContaining("1 MB") });
  });

  it("without end is read no further", async () => {
    const chunk = Buffer.alloc(64 * 1024, "a");
    const server = await opened(
      loopback({
        onRequest: (socket) => {
          const more = (): void => {
            while (!socket.destroyed && socket.write(chunk));
          };
          socket.on("drain", more);
          socket.write("HTTP/1.1 200 OK\r\n\r\n");
          more();
        },
      }),
    );
    expect(await check(server)).toMatchObject({ outcome: "ok", status: 200, bytes: MB });
  });
});

describe("a content coding", () => {
  it.each(codings)("%s is offered and undone", async (coding, compress) => {
    const server = await opened(
      answering(answer(compress(Buffer.from("all is well")), { "content-encoding": coding })),
    );
    const measured = await check(server, expecting({ bodyContains: "all is well" }));
    expect(measured).toMatchObject({ outcome: "ok", bytes: 11 });
    expect(server.received[0]).toContain("accept-encoding: gzip, deflate, br, zstd");
  });

  it.each(codings)(
    "%s that unpacks to a hundred times the limit stops at the limit",
    async (coding, compress) => {
      const bomb = compress(Buffer.alloc(100 * MB));
      expect(bomb.length).toBeLessThan(MB);
      const server = await opened(answering(answer(bomb, { "content-encoding": coding })));
      expect(await check(server)).toMatchObject({ outcome: "ok", bytes: MB });
    },
  );

  it.each(codings)("%s that the body does not have is an invalid answer", async (coding) => {
    const server = await opened(
      answering(answer(Buffer.from([255, 1, 2, 3, 4, 5, 6, 7]), { "content-encoding": coding })),
    );
    expect(typeOf(await check(server))).toBe("http.response.invalid");
  });

  it("stacked on another is undone in turn", async () => {
    const body = brotliCompressSync(gzipSync("all is well"));
    const server = await opened(answering(answer(body, { "content-encoding": "gzip, br" })));
    expect(typeOf(await check(server, expecting({ bodyContains: "all is well" })))).toBe("ok");
  });

  it("stacked to exhaust us is refused", async () => {
    const server = await opened(answering(answer("x", { "content-encoding": "gzip, gzip, gzip, gzip" })));
    expect(typeOf(await check(server))).toBe("http.response.invalid");
  });

  it("nobody offered leaves the body as it is", async () => {
    const server = await opened(answering(answer("well", { "content-encoding": "rot13" })));
    expect(await check(server)).toMatchObject({ outcome: "ok", bytes: 4 });
  });

  it("of nothing is nothing", async () => {
    const server = await opened(answering("HTTP/1.1 204 No Content\r\ncontent-encoding: gzip\r\n\r\n"));
    expect(await check(server)).toMatchObject({ outcome: "ok", bytes: 0 });
  });

  it("cut short by the limit is decoded as far as it goes", async () => {
    const noise = Buffer.from(
      Array.from({ length: 2 * MB }, (_, i) => (Math.imul(i, 2654435761) >>> 13) & 255),
    );
    const body = gzipSync(noise, { level: 0 });
    const server = await opened(answering(answer(body, { "content-encoding": "gzip" })));
    expect((await check(server)).outcome).toBe("ok");
  });
});
