import { describe, expect, it } from "vitest";
import {
  expectedIn,
  policyOf,
  quorumProblem,
  windowLimit,
  windowOf,
} from "../../../../lib/core/alert/policy.ts";
import { parseEndpoint } from "../../../../lib/core/endpoint/schema.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const endpointOf = (written: object = {}) =>
  parseEndpoint({ url: "https://example.com", ...written }, { org: "acme" });
const policy = (written: object = {}, regions: string[] = ["local"]) =>
  policyOf(endpointOf(written), regions);

describe("defaults", () => {
  it("of an endpoint checked from one region", () => {
    expect(policy()).toEqual({
      org: "acme",
      endpointId: "example.com",
      website: "https://example.com",
      revision: expect.stringMatching(/^[0-9a-z]+$/),
      intervalMs: MINUTE,
      threshold: 0.8,
      windowMs: 2 * MINUTE,
      expected: 2,
      confirm: 2,
      quorum: "majority",
      regions: ["local"],
      degradedAfterMs: 4 * MINUTE,
      reminderEveryMs: 0,
      flapping: { changes: 4, withinMs: HOUR, quietMs: 30 * MINUTE },
      maintenance: [],
    });
  });

  it("confirm is 1 with several regions", () => {
    expect(policy({}, ["a", "b", "c"])).toMatchObject({ confirm: 1, regions: ["a", "b", "c"] });
  });

  it("give way to what the owner says", () => {
    const maintenance = [{ start: "2026-11-20T02:00", duration: "1h", timeZone: "UTC" }];
    const alert = {
      ...{ threshold: 0.5, window: "10m", confirm: 3, quorum: 2, degradedAfter: "0s", reminderEvery: "1h" },
      ...{ flapping: "off", maintenance },
    };
    expect(policy({ name: "Shop", alert }, ["a", "b"])).toMatchObject({
      website: "Shop",
      threshold: 0.5,
      windowMs: 10 * MINUTE,
      expected: 10,
      confirm: 3,
      quorum: 2,
      degradedAfterMs: 0,
      reminderEveryMs: HOUR,
      flapping: null,
      maintenance: [{ durationMs: HOUR }],
    });
  });
});

describe("the window", () => {
  it.each([
    // asked, interval, in force, outcomes
    [undefined, MINUTE, 2 * MINUTE, 2],
    [undefined, 10_000, 2 * MINUTE, 12],
    [undefined, 5 * MINUTE, 10 * MINUTE, 2],
    [10 * MINUTE, 5 * MINUTE, 10 * MINUTE, 2],
    [MINUTE, MINUTE, 2 * MINUTE, 2],
    [10_000, 10_000, 20_000, 2],
    [2 * HOUR, MINUTE, HOUR, 60],
    [undefined, 24 * HOUR, 48 * HOUR, 2],
    [150_000, MINUTE, 150_000, 2],
  ])("asked %s at an interval of %i is %i with %i outcomes", (asked, intervalMs, windowMs, outcomes) => {
    expect(windowOf(asked, intervalMs)).toBe(windowMs);
    expect(expectedIn(windowMs, intervalMs)).toBe(outcomes);
  });

  it("is at most an hour, or two intervals", () => {
    expect([MINUTE, 30 * MINUTE, 31 * MINUTE].map(windowLimit)).toEqual([HOUR, HOUR, 62 * MINUTE]);
  });

  it("moves degradedAfter with it", () => {
    expect(policy({ interval: "5m" }).degradedAfterMs).toBe(20 * MINUTE);
  });
});

describe("the quorum", () => {
  it.each([
    ["majority", 1, null],
    ["majority", 5, null],
    [1, 1, null],
    [2, 2, null],
    [3, 3, null],
    [1, 2, "has to be at least 2 with several regions"],
    [2, 1, "is more than the 1 region there are"],
    [4, 3, "is more than the 3 regions there are"],
  ] as const)("%s of %i regions", (quorum, regions, found) => {
    expect(quorumProblem(quorum, regions)).toBe(found);
  });

  it.each([
    [1, 3, 2],
    [2, 3, 2],
    [5, 3, 3],
    [5, 1, 1],
    [2, 0, 1],
  ])("%i stays within what %i regions can reach", (quorum, count, inForce) => {
    const regions = Array.from({ length: count }, (_, i) => `region-${i}`);
    expect(policy({ alert: { quorum } }, regions).quorum).toBe(inForce);
  });
});

describe("the revision", () => {
  const revision = (written: object) => policy(written).revision;

  it.each([
    { url: "https://example.org" },
    { method: "HEAD" },
    { headers: { a: "b" } },
    { auth: { user: "a", password: `\${PASS}` } },
    { body: "a" },
    { family: 6 },
    { redirects: 0 },
    { tls: { verify: false } },
    { expect: { status: 200 } },
  ])("changes with what is checked: %j", (written) => {
    expect(revision({ id: "a", ...written })).not.toBe(revision({ id: "a" }));
  });

  it.each([
    { name: "b" },
    { tags: ["b"] },
    { alert: { threshold: 0.5 } },
    { interval: "5m" },
    { group: "b" },
  ])("stays with the rest: %j", (written) => expect(revision(written)).toBe(revision({})));
});
