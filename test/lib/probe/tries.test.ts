/** Retries, families and flags, as sequences of what real servers answer. */
import { afterEach, describe, expect, it } from "vitest";
import type { Remote } from "../../../lib/core/check/measurement.ts";
import type { Endpoint } from "../../../lib/core/endpoint/endpoint.ts";
import { checkerOf, endpointOf, hastyClock, typeOf } from "../../support/checks.ts";
import { answer, answering, type Loopback, loopback, reset } from "../../support/loopback.ts";

const open: Loopback[] = [];
const opened = async (server: Promise<Loopback>): Promise<Loopback> => {
  const one = await server;
  open.push(one);
  return one;
};

/** `o` answers 200, `x` 503, `r` resets, `-` keeps silent; the last one serves from then on. */
const scripted = (script: string): Promise<Loopback> =>
  opened(
    loopback({
      onRequest: (socket, _, index) => {
        const act = script[Math.min(index, script.length - 1)];
        if (act === "o") socket.end(answer("ok"));
        if (act === "x") socket.end(answer("no", {}, 503));
        if (act === "r") reset(socket);
      },
    }),
  );

const run = async (script: string, about: Partial<Endpoint> = {}) => {
  const clock = hastyClock();
  const server = await scripted(script);
  const measured = await checkerOf({ clock }).check(endpointOf(`http://${server.host}/`, about));
  return { measured, waits: clock.waits, connections: server.connections() };
};

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

describe("a failed check", () => {
  it("is repeated three times, after 1, 2 and 4 s", async () => {
    const { measured, waits, connections } = await run("x");
    expect(typeOf(measured)).toBe("http.error");
    expect([measured.tries, connections, waits]).toEqual([4, 4, [1_000, 2_000, 4_000]]);
  });

  it("is over with the first success, and flagged as retried", async () => {
    const { measured, waits } = await run("xro");
    expect(measured).toMatchObject({ outcome: "ok", tries: 3, status: 200 });
    expect(measured.flags).toContain("retried");
    expect(waits).toEqual([1_000, 2_000]);
  });

  it("is not repeated when it succeeded", async () => {
    const { measured } = await run("ox");
    expect(measured).toMatchObject({ outcome: "ok", tries: 1 });
    expect(measured.flags).not.toContain("retried");
  });

  it("is repeated once when its interval is under a minute", async () => {
    const { measured, waits } = await run("x", { intervalMs: 10_000 });
    expect([measured.tries, waits]).toEqual([2, [1_000]]);
  });

  it("is repeated as its endpoint says", async () => {
    const { measured, waits } = await run("x", { alert: { retries: 2, retryWaitsMs: [50] } });
    expect([measured.tries, waits]).toEqual([3, [50, 50]]);
  });

  it("is not repeated when told not to", async () => {
    const server = await scripted("x");
    const measured = await checkerOf().check(endpointOf(`http://${server.host}/`), { retry: false });
    expect(measured.tries).toBe(1);
  });

  it("that timed out is repeated once only", async () => {
    const { measured } = await run("-", { timeoutMs: 60 });
    expect([typeOf(measured), measured.tries]).toEqual(["abandoned", 2]);
  });

  it("is not repeated when a repeat could end after its tick", async () => {
    const { measured } = await run("x", { intervalMs: 60_000, timeoutMs: 44_500 });
    expect(measured.tries).toBe(1);
  });

  it("keeps the start of its first try", async () => {
    const { measured } = await run("xo");
    expect(measured.endedAt - measured.startedAt).toBeGreaterThanOrEqual(
      Math.floor(measured.timings.totalMs),
    );
  });
});

describe("a host with several addresses", () => {
  it("is tried at another one each time", async () => {
    const server = await opened(answering(answer("ok"), { address: "127.0.0.3" }));
    const names = {
      "many.test": ["127.0.0.1", "127.0.0.2", "127.0.0.3"].map((address): Remote => ({ address, family: 4 })),
    };
    const checker = checkerOf({ names, clock: hastyClock() });
    const measured = await checker.check(endpointOf(`http://many.test:${server.port}/`));
    expect(measured).toMatchObject({ outcome: "ok", tries: 3, remote: { address: "127.0.0.3", family: 4 } });
  });
});

describe("family both", () => {
  const both = {
    "dual.test": [
      { address: "127.0.0.1", family: 4 },
      { address: "::1", family: 6 },
    ],
  } as const;
  const check = (port: number) =>
    checkerOf({ names: both }).check(endpointOf(`http://dual.test:${port}/`, { family: "both" }), {
      retry: false,
    });

  it("is ok when both are", async () => {
    const four = await opened(answering(answer("ok")));
    const six = await opened(answering(answer("ok"), { address: "::1", port: four.port }));
    expect(typeOf(await check(four.port))).toBe("ok");
    expect([four.connections(), six.connections()]).toEqual([1, 1]);
  });

  it.each([
    ["::1", 4],
    ["127.0.0.1", 6],
  ])("fails when only %s answers", async (address, failing) => {
    const server = await opened(answering(answer("ok"), { address }));
    const measured = await check(server.port);
    expect([typeOf(measured), measured.remote?.family]).toEqual(["tcp.refused", failing]);
  });

  it("fails when a name has one family only", async () => {
    const server = await opened(answering(answer("ok")));
    const checker = checkerOf();
    const measured = await checker.check(endpointOf(`http://four.test:${server.port}/`, { family: "both" }), {
      retry: false,
    });
    expect(typeOf(measured)).toBe("dns.name_not_resolved");
  });

  it("of an address is the one it has", async () => {
    const server = await opened(answering(answer("ok")));
    const measured = await checkerOf().check(endpointOf(`http://${server.host}/`, { family: "both" }));
    expect(typeOf(measured)).toBe("ok");
  });
});

describe("a checker", () => {
  it("flags the first check of a scheme as cold, unless it was warmed up", async () => {
    const server = await scripted("o");
    const url = `http://${server.host}/`;
    const cold = checkerOf();
    const first = await cold.check(endpointOf(url));
    const second = await cold.check(endpointOf(url));
    const warm = checkerOf();
    await warm.warmUp();
    const warmed = await warm.check(endpointOf(url));
    const isCold = [first, second, warmed].map(({ flags }) => flags.includes("cold"));
    expect(isCold).toEqual([true, false, false]);
  });

  it("flags a check as delayed when the event loop stood still before a stamp of it", async () => {
    const server = await opened(
      loopback({
        onRequest: (socket) => {
          socket.end(answer("ok"));
          for (const until = performance.now() + 20; performance.now() < until; );
        },
      }),
    );
    const measured = await checkerOf().check(endpointOf(`http://${server.host}/`));
    expect(measured).toMatchObject({ outcome: "ok" });
    expect(measured.flags).toContain("delayed");
  });

  it("gives up a check that nobody wants any more, wherever it is", async () => {
    const server = await scripted("-");
    const stop = new AbortController();
    const checking = checkerOf().check(endpointOf(`http://${server.host}/`), { signal: stop.signal });
    stop.abort(new Error("enough"));
    await expect(checking).rejects.toThrow("enough");
    await expect(
      checkerOf().check(endpointOf(`http://${server.host}/`), { signal: stop.signal }),
    ).rejects.toThrow();
  });

  it("rejects what is in flight, and all that follows, once closed", async () => {
    const server = await scripted("-");
    const checker = checkerOf();
    const checking = checker.check(endpointOf(`http://${server.host}/`));
    checker.close();
    await expect(checking).rejects.toMatchObject({ code: "closed" });
    await expect(checker.check(endpointOf(`http://${server.host}/`))).rejects.toMatchObject({
      code: "closed",
    });
  });

  it("calls a header that can't be sent our mistake, not the target's", async () => {
    const server = await scripted("o");
    const endpoint = endpointOf(`http://${server.host}/`, { headers: { "x-key": "two\nlines" } });
    await expect(checkerOf().check(endpoint)).rejects.toMatchObject({ code: "bad_request" });
  });

  it("refuses a scheme that nobody checks", async () => {
    await expect(checkerOf().check(endpointOf("gopher://example/"))).rejects.toMatchObject({
      code: "invalid_input",
    });
  });

  it("shares lookups within a tick only", async () => {
    const server = await scripted("o");
    let ticks = 0;
    const counting = checkerOf({
      resolver: {
        forTick: () => {
          ticks++;
          return {
            lookup: async () => ({
              ok: true,
              addresses: [{ address: "127.0.0.1", family: 4 }],
              retried: true,
            }),
          };
        },
      },
    });
    const tick = counting.forTick();
    const measured = await tick.check(endpointOf(`http://a.test:${server.port}/`));
    await tick.check(endpointOf(`http://b.test:${server.port}/`));
    expect(ticks).toBe(1);
    await counting.check(endpointOf(`http://a.test:${server.port}/`));
    expect(ticks).toBe(2);
    expect(measured.flags).toContain("retried"); // as the resolver had to ask twice
  });
});

describe("tcp", () => {
  it("is ok when a connection is made, and sends nothing", async () => {
    const server = await opened(loopback({}));
    const measured = await checkerOf().check(endpointOf(`tcp://tcp.test:${server.port}`));
    expect(measured).toMatchObject({
      outcome: "ok",
      status: null,
      tls: null,
      remote: { address: "127.0.0.1", family: 4 },
      timings: { tlsMs: null, firstByteMs: null, transferMs: null },
    });
    expect(measured.timings.connectMs).toBeGreaterThan(0);
  });

  it("fails when nobody listens, or the name does not exist", async () => {
    const server = await loopback({});
    await server.close();
    const checker = checkerOf({ names: { "nobody.test": [] } });
    const refused = await checker.check(endpointOf(`tcp://127.0.0.1:${server.port}`), { retry: false });
    const unknown = await checker.check(endpointOf(`tcp://nobody.test:${server.port}`), { retry: false });
    expect([typeOf(refused), typeOf(unknown)]).toEqual(["tcp.refused", "dns.name_not_resolved"]);
    expect(unknown.remote).toBe(null);
  });

  it("needs a port", async () => {
    await expect(checkerOf().check(endpointOf("tcp://localhost"))).rejects.toMatchObject({
      code: "invalid_input",
    });
  });
});
