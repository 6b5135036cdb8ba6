import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeEgressGuard } from "../../../../lib/probe/egress/egress.ts";
import type { FamilyChoice, Lookup, LookupResult } from "../../../../lib/probe/lookup/lookup.ts";
import { makeResolver, type ResolverOptions } from "../../../../lib/probe/lookup/resolver.ts";
import { systemClock } from "../../../../local/clock.ts";
import {
  type DnsServer,
  type Question,
  RCODE,
  type Reply,
  startDnsServer,
} from "../../../support/dns-server.ts";

const A = { addresses: ["192.0.2.1"] };
const AAAA = { addresses: ["2001:db8::1"] };
const NONE = { addresses: [] };
const both = ({ type }: Question): Reply => (type === "A" ? A : AAAA);

const ok = (...addresses: string[]): LookupResult => ({
  ok: true,
  addresses: addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
  retried: false,
});

const never = new AbortController().signal;
const find = (lookup: Lookup, host: string, family: FamilyChoice = "any") =>
  lookup.lookup(host, family, never);

describe("a lookup by c-ares", () => {
  let server: DnsServer;
  let answer: (question: Question) => Reply;
  let folder: string;
  let hostsPath: string;

  beforeEach(async () => {
    answer = both;
    server = await startDnsServer((question) => answer(question));
    folder = await mkdtemp(join(tmpdir(), "vigie-lookup-"));
    hostsPath = join(folder, "hosts");
  });
  afterEach(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  const resolver = (options: Partial<ResolverOptions> = {}) =>
    makeResolver({ resolver: "dns", clock: systemClock, servers: [server.address], hostsPath, ...options });
  const asked = () => server.questions.map(({ type, name }) => `${type} ${name}`).toSorted();

  describe("families", () => {
    it("`any` asks for both and puts IPv4 first", async () => {
      expect(await find(resolver().forTick(), "shop.example")).toEqual(ok("192.0.2.1", "2001:db8::1"));
      expect(asked()).toEqual(["A shop.example", "AAAA shop.example"]);
    });

    it("`4` and `6` ask for one only", async () => {
      const lookup = resolver().forTick();
      expect(await find(lookup, "shop.example", "4")).toEqual(ok("192.0.2.1"));
      expect(await find(lookup, "shop.example", "6")).toEqual(ok("2001:db8::1"));
      expect(asked()).toEqual(["A shop.example", "AAAA shop.example"]);
    });

    it("keeps every address, in the server's order", async () => {
      answer = ({ type }) => (type === "A" ? { addresses: ["192.0.2.7", "192.0.2.3"] } : NONE);
      expect(await find(resolver().forTick(), "shop.example")).toEqual(ok("192.0.2.7", "192.0.2.3"));
    });

    it("doesn't wait for an AAAA that never comes", async () => {
      answer = ({ type }) => (type === "A" ? A : "drop");
      const lookup = resolver({ serverTimeoutMs: 60_000 }).forTick();
      expect(await find(lookup, "shop.example")).toEqual(ok("192.0.2.1"));
    });

    it("gives AAAA its moment after A", async () => {
      let release = () => {};
      const moment = new Promise<void>((resolve) => {
        release = resolve;
      });
      answer = ({ type }) => (type === "A" ? A : { ...AAAA, delayMs: 20 });
      const clock = { sleep: () => moment };
      expect(await find(resolver({ clock }).forTick(), "shop.example")).toEqual(
        ok("192.0.2.1", "2001:db8::1"),
      );
      release();
    });

    it("waits for A although AAAA is there", async () => {
      answer = ({ type }) => (type === "A" ? { ...A, delayMs: 100 } : AAAA);
      expect(await find(resolver().forTick(), "shop.example")).toEqual(ok("192.0.2.1", "2001:db8::1"));
    });

    it("takes IPv6 where there is no A, even when AAAA is slow", async () => {
      answer = ({ type }) => (type === "A" ? NONE : { ...AAAA, delayMs: 100 });
      expect(await find(resolver().forTick(), "shop.example")).toEqual(ok("2001:db8::1"));
    });

    it.each(["A", "AAAA"])("a name server that fails for %s alone is no matter", async (type) => {
      answer = (question) => (question.type === type ? { rcode: RCODE.servfail } : both(question));
      const address = type === "A" ? "2001:db8::1" : "192.0.2.1";
      expect(await find(resolver().forTick(), "shop.example")).toEqual(ok(address));
    });
  });

  describe("failures", () => {
    const cases: [string, FamilyChoice, Reply, string, string, boolean][] = [
      [
        "NXDOMAIN",
        "any",
        { rcode: RCODE.nxdomain },
        "dns.name_not_resolved",
        "shop.example does not exist",
        false,
      ],
      ["no record", "any", NONE, "dns.name_not_resolved", "shop.example has no A or AAAA record", false],
      ["no A record", "4", NONE, "dns.name_not_resolved", "shop.example has no A record", false],
      ["no AAAA record", "6", NONE, "dns.name_not_resolved", "shop.example has no AAAA record", false],
      [
        "SERVFAIL",
        "any",
        { rcode: RCODE.servfail },
        "dns.server",
        "the name server failed to resolve shop.example (SERVFAIL)",
        true,
      ],
      [
        "REFUSED",
        "any",
        { rcode: RCODE.refused },
        "dns.server",
        "the name server refused to resolve shop.example (REFUSED)",
        true,
      ],
      [
        "NOTIMP",
        "4",
        { rcode: RCODE.notimp },
        "dns.server",
        "the name server does not support the question for shop.example (NOTIMP)",
        false,
      ],
      [
        "FORMERR",
        "4",
        { rcode: RCODE.formerr },
        "dns.protocol",
        "the name server called the question for shop.example malformed (FORMERR)",
        false,
      ],
      ["silence", "any", "drop", "dns.timed_out", "no name server answered for shop.example", true],
    ];
    it.each(cases)("%s (family %s)", async (_, family, reply, type, message, retried) => {
      answer = () => reply;
      const lookup = resolver({ serverTimeoutMs: 100 }).forTick();
      expect(await find(lookup, "shop.example", family)).toEqual({
        ok: false,
        failure: { phase: "dns", type, message },
        retried,
      });
    });

    it("a record cut short is a protocol error", async () => {
      const header = [0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0];
      const question = [4, ...Buffer.from("shop"), 7, ...Buffer.from("example"), 0, 0, 1, 0, 1];
      const record = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192]; // says 4 bytes of data, has 1
      answer = () => ({ raw: Buffer.from([...header, ...question, ...record]) });
      expect(await find(resolver({ serverTimeoutMs: 100 }).forTick(), "shop.example", "4")).toMatchObject({
        ok: false,
        failure: { type: "dns.protocol" },
      });
    });

    it("a name server that is not there is unreachable", async () => {
      const socket = createSocket("udp4").bind(0, "127.0.0.1");
      await once(socket, "listening");
      const { port } = socket.address();
      socket.close();
      await once(socket, "close");
      expect(await find(resolver({ servers: [`127.0.0.1:${port}`] }).forTick(), "shop.example")).toEqual({
        ok: false,
        failure: { phase: "dns", type: "dns.unreachable", message: "no name server can be reached" },
        retried: true,
      });
    });

    it.each(["a..example", `${"x".repeat(64)}.example`])("%s is no name", async (name) => {
      const result = await find(resolver().forTick(), name);
      expect(result).toMatchObject({ ok: false, failure: { type: "dns.name_not_resolved" }, retried: false });
      expect(server.questions).toEqual([]);
    });

    it("what is no host at all is not resolved", async () => {
      expect(await find(resolver().forTick(), "256.1.1.1")).toMatchObject({
        ok: false,
        failure: { type: "dns.name_not_resolved", message: "256.1.1.1 is not a valid host" },
      });
    });

    it("a hosts file that can't be read is a fault of ours", async () => {
      await expect(find(resolver({ hostsPath: folder }).forTick(), "shop.example")).rejects.toThrow(
        "hosts file",
      );
    });
  });

  describe("repeats", () => {
    it("asks once more after a transient error, and says so", async () => {
      answer = (question) => (question.before === 0 ? { rcode: RCODE.servfail } : both(question));
      expect(await find(resolver().forTick(), "shop.example")).toEqual({
        ...ok("192.0.2.1", "2001:db8::1"),
        retried: true,
      });
    });

    it("asks once more after a lost packet", async () => {
      answer = (question) => (question.before === 0 ? "drop" : both(question));
      const lookup = resolver({ serverTimeoutMs: 100 }).forTick();
      expect(await find(lookup, "shop.example", "4")).toEqual({ ...ok("192.0.2.1"), retried: true });
    });

    it("asks no third time", async () => {
      answer = () => ({ rcode: RCODE.servfail });
      await find(resolver().forTick(), "shop.example", "4");
      expect(server.questions).toHaveLength(2);
    });

    it("does not repeat what the server knows for certain", async () => {
      answer = () => ({ rcode: RCODE.nxdomain });
      await find(resolver().forTick(), "shop.example", "4");
      expect(server.questions).toHaveLength(1);
    });

    it("goes to the second server when the first is down", async () => {
      const lookup = resolver({ servers: ["127.0.0.1:9", server.address] }).forTick();
      expect(await find(lookup, "shop.example")).toEqual(ok("192.0.2.1", "2001:db8::1"));
    });

    it("keeps its patience for a slow name after many fast ones", async () => {
      answer = (question) => ({ ...A, delayMs: question.name === "slow.example" ? 700 : 10 });
      const lookup = resolver().forTick();
      for (let i = 0; i < 5; i += 1) await find(lookup, `fast${i}.example`, "4");
      const slow = find(lookup, "slow.example", "4");
      // A channel that had learned to expect fast answers would give up on the slow one during these.
      for (let i = 0; i < 40; i += 1) await find(lookup, `more${i}.example`, "4");
      expect(await slow).toEqual(ok("192.0.2.1"));
    });
  });

  describe("within a tick", () => {
    it("asks once for a name that many endpoints have", async () => {
      const lookup = resolver().forTick();
      const results = await Promise.all(Array.from({ length: 20 }, () => find(lookup, "Shop.example.")));
      expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1);
      await find(lookup, "shop.example");
      expect(server.questions).toHaveLength(2);
    });

    it("asks again in the next tick", async () => {
      const long = resolver();
      await find(long.forTick(), "shop.example", "4");
      answer = () => ({ addresses: ["192.0.2.99"] });
      expect(await find(long.forTick(), "shop.example", "4")).toEqual(ok("192.0.2.99"));
    });

    it("keeps no failure: a check that is tried again asks again", async () => {
      const lookup = resolver().forTick();
      answer = () => ({ rcode: RCODE.nxdomain });
      expect((await find(lookup, "shop.example")).ok).toBe(false);
      answer = both;
      expect(await find(lookup, "shop.example")).toEqual(ok("192.0.2.1", "2001:db8::1"));
    });

    it("resolves 500 names at once", async () => {
      const lookup = resolver().forTick();
      const names = Array.from({ length: 500 }, (_, i) => `host${i}.example`);
      const results = await Promise.all(names.map((name) => find(lookup, name)));
      expect(results.filter((result) => !result.ok || result.retried)).toEqual([]);
    });
  });

  describe("giving up", () => {
    it("answers at once when the caller's time is up", async () => {
      answer = () => "drop";
      const stop = new AbortController();
      const result = resolver({ serverTimeoutMs: 60_000 })
        .forTick()
        .lookup("shop.example", "any", stop.signal);
      stop.abort();
      expect(await result).toEqual({
        ok: false,
        failure: {
          phase: "dns",
          type: "dns.timed_out",
          message: "no answer for shop.example within the time of the check",
        },
        retried: false,
      });
    });

    it("leaves the question to those who still wait", async () => {
      answer = (question) => ({ ...A, delayMs: question.type === "A" ? 50 : 0 });
      const lookup = resolver().forTick();
      const stop = new AbortController();
      const impatient = lookup.lookup("shop.example", "4", stop.signal);
      const patient = find(lookup, "shop.example", "4");
      stop.abort();
      expect((await impatient).ok).toBe(false);
      expect(await patient).toEqual(ok("192.0.2.1"));
      expect(server.questions).toHaveLength(1);
    });

    it("asks afresh after everybody gave up", async () => {
      answer = (question) => (question.before === 0 ? "drop" : A);
      const lookup = resolver({ serverTimeoutMs: 60_000 }).forTick();
      expect((await lookup.lookup("shop.example", "4", AbortSignal.abort())).ok).toBe(false);
      expect(await find(lookup, "shop.example", "4")).toEqual(ok("192.0.2.1"));
    });
  });

  describe("without a question", () => {
    afterEach(() => expect(server.questions).toEqual([]));

    it.each(["127.0.0.1", "2130706433", "0x7f.1", "0177.1"])("%s is an address already", async (host) => {
      expect(await find(resolver().forTick(), host)).toEqual(ok("127.0.0.1"));
    });

    it("an address of the other family is not resolved", async () => {
      expect(await find(resolver().forTick(), "127.0.0.1", "6")).toMatchObject({
        ok: false,
        failure: { type: "dns.name_not_resolved", message: "127.0.0.1 is not an IPv6 address" },
      });
      expect((await find(resolver().forTick(), "[::1]", "4")).ok).toBe(false);
    });

    it.each(["localhost", "LOCALHOST.", "shop.localhost"])("%s is this machine", async (host) => {
      const lookup = resolver().forTick();
      expect(await find(lookup, host)).toEqual(ok("127.0.0.1", "::1"));
      expect(await find(lookup, host, "4")).toEqual(ok("127.0.0.1"));
      expect(await find(lookup, host, "6")).toEqual(ok("::1"));
    });

    it("the hosts file comes first, as it is when the tick begins", async () => {
      const long = resolver();
      await writeFile(hostsPath, "2001:db8::5 shop.example\n10.0.0.5 shop.example dev.localhost");
      const lookup = long.forTick();
      expect(await find(lookup, "shop.example")).toEqual(ok("10.0.0.5", "2001:db8::5"));
      expect(await find(lookup, "dev.localhost")).toEqual(ok("10.0.0.5"));
      await writeFile(hostsPath, "10.0.0.66 shop.example");
      expect(await find(lookup, "shop.example", "4")).toEqual(ok("10.0.0.5"));
      expect(await find(long.forTick(), "shop.example", "4")).toEqual(ok("10.0.0.66"));
    });
  });

  it("a family the hosts file lacks is asked for", async () => {
    await writeFile(hostsPath, "10.0.0.5 shop.example");
    expect(await find(resolver().forTick(), "shop.example", "6")).toEqual(ok("2001:db8::1"));
  });

  describe("with the egress guard", () => {
    const guard = makeEgressGuard("public");
    const judge = async (lookup: Lookup, host: string) => {
      const result = await find(lookup, host);
      return result.ok ? guard(result.addresses).allowed : null;
    };

    it.each([
      "127.0.0.1",
      "2130706433",
      "0x7f000001",
      "017700000001",
      "127.1",
      "[::ffff:127.0.0.1]",
      "[::ffff:7f00:1]",
    ])("%s is refused", async (host) => {
      expect(await judge(resolver().forTick(), host)).toBe(false);
    });

    it("a name with a public and a private address is refused", async () => {
      answer = ({ type }) => (type === "A" ? { addresses: ["8.8.8.8", "10.0.0.1"] } : NONE);
      expect(await judge(resolver().forTick(), "mixed.example")).toBe(false);
    });

    it("a public IPv4 with a private IPv6 address is refused", async () => {
      answer = ({ type }) => (type === "A" ? { addresses: ["8.8.8.8"] } : { addresses: ["fd00::1"] });
      expect(await judge(resolver().forTick(), "mixed.example")).toBe(false);
    });

    it("a rebinding name is judged by the address it is then connected to: the tick knows only one answer", async () => {
      answer = ({ type, before }) =>
        type === "A" ? { addresses: [before === 0 ? "8.8.8.8" : "127.0.0.1"] } : NONE;
      const long = resolver();
      const lookup = long.forTick();
      expect(await judge(lookup, "rebind.example")).toBe(true);
      expect(await find(lookup, "rebind.example")).toEqual(ok("8.8.8.8"));
      expect(await judge(long.forTick(), "rebind.example")).toBe(false);
    });
  });
});
