import fc from "fast-check";
import { expect, it } from "vitest";
import type { Endpoint, MaintenanceWindow } from "../../../../lib/core/endpoint/endpoint.ts";
import { parseEndpoint, renderEndpoint } from "../../../../lib/core/endpoint/schema.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const lineOf = (max: number) => fc.string({ minLength: 1, maxLength: max, unit: "grapheme-ascii" });
const ms = (min: number, max: number) => fc.integer({ min, max });
const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/);
const headerValue = fc.stringMatching(/^[\w /="';,.:-]{0,40}$/);
const secret = fc.constantFrom(`\${TOKEN}`, `a \${KEY} b`, `$\${plain}`);

const status = fc.oneof(
  fc.integer({ min: 100, max: 599 }),
  fc.constantFrom("2xx", "5XX", "200-399", "301-302", "404"),
);

const expectation = fc.record(
  {
    status: fc.oneof(status, fc.array(status, { minLength: 1, maxLength: 4 })),
    body: fc.record(
      {
        contains: lineOf(20),
        matches: fc.constantFrom("a+b", "(?i)error|fail", "^\\d{1,3}$"),
        json: fc.array(
          fc.record(
            {
              path: fc.constantFrom("$.a", "$..status", "$.list[?@.id == 3].name"),
              equals: fc.oneof(lineOf(10), fc.integer(), fc.boolean(), fc.constant(null)),
            },
            { requiredKeys: ["path"] },
          ),
          { minLength: 1, maxLength: 3 },
        ),
      },
      { requiredKeys: [] },
    ),
    headers: fc.oneof(
      fc.dictionary(word, fc.oneof(headerValue, fc.constant(true as const), fc.constant({ matches: "a+" })), {
        maxKeys: 4,
        noNullPrototype: true,
      }),
      fc.array(fc.record({ name: word, equals: headerValue }, { requiredKeys: ["name"] }), {
        minLength: 1,
        maxLength: 3,
      }),
    ),
    maxResponse: ms(1, 3_999).map((value) => `${value}ms`),
  },
  { requiredKeys: [] },
);

const maintenance = fc.record(
  {
    name: lineOf(20),
    start: fc.constantFrom("2026-11-20T02:00", "2026-03-29T02:30"),
    duration: ms(1, 1_000).map((value) => `${value}m`),
    timeZone: fc.constantFrom("Europe/Berlin", "UTC"),
    recurrence: fc.constantFrom(
      { every: "day" as const },
      { every: "week" as const, days: ["sat" as const, "sun" as const], until: "2027-01-31" },
      { every: "month" as const },
    ),
  },
  { requiredKeys: ["start", "duration", "timeZone"] },
);

const alert = fc.record(
  {
    threshold: fc.double({ min: 0.01, max: 0.99, noNaN: true }),
    window: ms(20, 3_600).map((value) => `${value}s`),
    confirm: fc.constantFrom(1, 2),
    quorum: fc.constantFrom("majority" as const, 2, 3),
    degradedAfter: ms(0, 24).map((value) => `${value}h`),
    reminderEvery: fc.constantFrom("off", "1h", "90m"),
    flapping: fc.constantFrom("off" as const, {}, { changes: 7, quiet: "1h" }),
    maintenance: fc.array(maintenance, { minLength: 1, maxLength: 2 }),
  },
  { requiredKeys: [] },
);

const common = {
  id: word,
  name: lineOf(60).map((name) => name.replaceAll("\u007f", "-")),
  group: word,
  interval: fc.oneof(
    fc.constantFrom("10s", "15s", "20s", "30s"),
    ms(1, 1_440).map((value) => `${value}m`),
  ),
  family: fc.constantFrom("any" as const, 4 as const, "6" as const, "both" as const),
  apdexTarget: ms(1, 45_000).map((value) => `${value}ms`),
  alert,
  tags: fc.oneof(
    fc.uniqueArray(word, { maxLength: 4 }),
    fc.dictionary(word, lineOf(20), { maxKeys: 4, noNullPrototype: true }),
  ),
  enabled: fc.boolean(),
};

const http = fc.record(
  {
    ...common,
    url: fc.oneof(
      fc.webUrl({ withQueryParameters: true }),
      fc.constantFrom(`https://u:p@a.example/\${KEY}`, `http://a:\${B}@c.example`),
    ),
    method: fc.constantFrom("GET", "post", "PROPFIND"),
    headers: fc.dictionary(word, fc.oneof(headerValue, secret), { maxKeys: 4, noNullPrototype: true }),
    body: fc.oneof(fc.string({ unit: fc.constantFrom("ä", "\n", "{", "}", "a") }), secret),
    redirects: fc.integer({ min: 0, max: 20 }),
    tls: fc.record({ verify: fc.boolean() }, { requiredKeys: [] }),
    expect: expectation,
    retries: fc.constantFrom(0, 1),
  },
  { requiredKeys: ["url"] },
);

const tcp = fc.record(
  { ...common, url: fc.constantFrom("tcp://a.example:1", "tcp://[::1]:22") },
  { requiredKeys: ["url"] },
);

/** Those that the engine sets itself, and what user info turns into. */
const own = ["connection", "expect", "te", "trailer", "upgrade", "authorization"];

const written = fc.oneof(
  http.filter(({ headers = {} }) => !Object.keys(headers).some((name) => own.includes(name))),
  tcp,
);

it("an endpoint that is rendered and parsed again is the same", () => {
  fc.assert(
    fc.property(written, optional(fc.constant(3)), (input, regions) => {
      const options = { org: "acme", ...(regions === undefined ? {} : { regions }) };
      const endpoint: Endpoint = parseEndpoint(input, options);
      const rendered: unknown = JSON.parse(JSON.stringify(renderEndpoint(endpoint)));
      expect(parseEndpoint(rendered, options)).toEqual(endpoint);
    }),
    { numRuns: 500 },
  );
});

it("durations of a maintenance window survive in full", () => {
  const window: MaintenanceWindow = {
    start: "2026-11-20T02:00",
    durationMs: 31 * 24 * HOUR,
    timeZone: "UTC",
  };
  const endpoint = {
    ...parseEndpoint({ url: "https://a.example" }, { org: "o" }),
    alert: { maintenance: [window] },
  };
  expect(parseEndpoint(renderEndpoint(endpoint), { org: "o" })).toEqual(endpoint);
});
