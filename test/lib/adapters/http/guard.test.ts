import { describe, expect, it } from "vitest";
import { type GuardOptions, refusalOf } from "../../../../lib/adapters/http/guard.ts";

const loopback: GuardOptions = { address: "127.0.0.1", port: 7700, hosts: ["status.shop.example"] };
const wide: GuardOptions = { ...loopback, address: "0.0.0.0" };

const status = (options: GuardOptions, host: string[], origin?: string[]): number | null =>
  refusalOf({ headers: { host, ...(origin === undefined ? {} : { origin }) } }, options)?.status ?? null;

describe("whom the local server takes requests from", () => {
  it.each(["localhost:7700", "LOCALHOST:7700", "127.0.0.1:7700", "[::1]:7700", "status.shop.example"])(
    "bound to loopback it is %s",
    (host) => expect(status(loopback, [host])).toBeNull(),
  );

  it.each([
    "evil.example:7700",
    "localhost.evil.example:7700",
    "localhost",
    "localhost:7701",
    "127.0.0.1",
    "10.0.0.7:7700",
    "evil.example@127.0.0.1:7700",
    "status.shop.example:7700",
    "",
  ])("bound to loopback it is not %j", (host) => expect(status(loopback, [host])).toBe(421));

  it("at port 80 the port may be left out", () => {
    expect(status({ ...loopback, port: 80 }, ["localhost"])).toBeNull();
  });

  it.each(["localhost:8080", "10.0.0.7:8080", "[fd00::7]:8080", "192.168.1.5", "status.shop.example"])(
    "bound to everything it may be %s",
    (host) => expect(status(wide, [host])).toBeNull(),
  );

  it.each(["evil.example:7700", "evil.example@10.0.0.7", "a b", ""])(
    "bound to everything it is still not %j",
    (host) => expect(status(wide, [host])).toBe(421),
  );

  it("refuses no host and two hosts", () => {
    expect(status(loopback, [])).toBe(421);
    expect(status(loopback, ["localhost:7700", "localhost:7700"])).toBe(421);
  });

  it("takes requests of its own pages and of no others", () => {
    const from = (...origin: string[]) => status(loopback, ["localhost:7700"], origin);
    expect(from("http://localhost:7700")).toBeNull();
    expect(from("http://localhost:7701")).toBe(403);
    expect(from("http://127.0.0.1:7700")).toBe(403);
    expect(from("https://evil.example")).toBe(403);
    expect(from("null")).toBe(403);
    expect(from("")).toBe(403);
    expect(from("http://localhost:7700", "http://localhost:7700")).toBe(403);
    expect(status(loopback, ["status.shop.example"], ["https://status.shop.example"])).toBeNull();
  });
});
