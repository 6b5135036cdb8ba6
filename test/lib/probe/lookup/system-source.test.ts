import { describe, expect, it } from "vitest";
import { makeResolver } from "../../../../lib/probe/lookup/resolver.ts";
import { type GetAddrInfo, makeSystemSource } from "../../../../lib/probe/lookup/system-source.ts";
import { systemClock } from "../../../../local/clock.ts";

const never = new AbortController().signal;

/** A getaddrinfo whose calls end when the test says so. */
function controlled() {
  const calls: { name: string; end: () => void }[] = [];
  const getaddrinfo: GetAddrInfo = (name) =>
    new Promise((resolve) => {
      calls.push({ name, end: () => resolve([{ address: "192.0.2.1", family: 4 }]) });
    });
  return { calls, getaddrinfo };
}

const failing =
  (code: string): GetAddrInfo =>
  async () => {
    throw Object.assign(new Error(`getaddrinfo ${code}`), { code });
  };

describe("the system's resolver", () => {
  it("really asks the system", async () => {
    const source = makeSystemSource({ concurrency: 1 });
    expect(await source("127.0.0.1", "any", never)).toEqual({
      addresses: [{ address: "127.0.0.1", family: 4 }],
    });
    expect(await source("::1", "6", never)).toEqual({ addresses: [{ address: "::1", family: 6 }] });
  });

  it("is what `resolver: system` uses, after addresses and localhost", async () => {
    const lookup = makeResolver({ resolver: "system", clock: systemClock }).forTick();
    expect(await lookup.lookup("localhost", "4", never)).toMatchObject({ ok: true });
    expect(await lookup.lookup("a..b", "4", never)).toMatchObject({ ok: false, failure: { phase: "dns" } });
  });

  it("runs no more calls at once than it may; the others wait their turn", async () => {
    const { calls, getaddrinfo } = controlled();
    const source = makeSystemSource({ concurrency: 2, getaddrinfo });
    const answers = ["a", "b", "c", "d"].map((name) => source(name, "any", never));
    await Promise.resolve();
    expect(calls.map(({ name }) => name)).toEqual(["a", "b"]);
    calls[0]?.end();
    await answers[0];
    expect(calls.map(({ name }) => name)).toEqual(["a", "b", "c"]);
    calls[1]?.end();
    await answers[1];
    calls[2]?.end();
    calls[3]?.end();
    await Promise.all(answers);
    expect(calls.map(({ name }) => name)).toEqual(["a", "b", "c", "d"]);
  });

  it("never asks for those who gave up while waiting", async () => {
    const { calls, getaddrinfo } = controlled();
    const source = makeSystemSource({ concurrency: 1, getaddrinfo });
    const stop = new AbortController();
    const first = source("a", "any", never);
    const second = source("b", "any", stop.signal);
    const third = source("c", "any", never);
    stop.abort();
    expect(await second).toEqual({ code: "ABORT" });
    expect(await source("d", "any", AbortSignal.abort())).toEqual({ code: "ABORT" });
    calls[0]?.end();
    await first;
    calls[1]?.end();
    await third;
    expect(calls.map(({ name }) => name)).toEqual(["a", "c"]);
  });

  it("frees its slot after an error", async () => {
    const source = makeSystemSource({ concurrency: 1, getaddrinfo: failing("EAI_AGAIN") });
    expect(await source("a", "any", never)).toEqual({ code: "EAI_AGAIN" });
    expect(await source("a", "any", never)).toEqual({ code: "EAI_AGAIN" });
  });

  it("takes no addresses for none, and throws on what is no resolver's error", async () => {
    const empty = makeSystemSource({ concurrency: 1, getaddrinfo: async () => [] });
    expect(await empty("a", "any", never)).toEqual({ code: "ENODATA" });
    const broken = makeSystemSource({
      concurrency: 1,
      getaddrinfo: async () => {
        throw new TypeError("a bug");
      },
    });
    await expect(broken("a", "any", never)).rejects.toThrow("a bug");
  });
});
