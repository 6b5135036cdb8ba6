import * as z from "zod";
import { compileJsonPath, JSON_PATH_LENGTH_LIMIT } from "../check/json-path.ts";
import { compileRegex, REGEX_LENGTH_LIMIT } from "../check/regex.ts";
import { SHORT_INTERVALS_MS } from "../check/schedule.ts";
import { VigieError } from "../errors.ts";
import { parseDuration } from "./duration.ts";
import { duration, exactly, flag, line, list, mayRefer, oneOf, problem, text, whole } from "./fields.ts";
import { parseStatus, statusPattern } from "./status.ts";
import { readTarget, URL_LENGTH_LIMIT } from "./target.ts";
import { writtenAlert } from "./written-alert.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** The first try always runs to its end; repeats have to end within 45 s too (ALERTING, retries). */
export const TIMEOUT_LIMIT_MS = 45 * SECOND;

const HEADER_LIMIT = 50;
const HEADER_VALUE_LIMIT = 8_192;
const BODY_LIMIT_BYTES = 65_536;
const TAG_LIMIT = 50;

const intervalForm = "an interval of 10s, 15s, 20s, 30s or whole minutes up to 24h";

function isInterval(written: string): boolean {
  const ms = parseDuration(written) ?? 0;
  return SHORT_INTERVALS_MS.includes(ms) || (ms > 0 && ms % MINUTE === 0 && ms <= 24 * 60 * MINUTE);
}

const interval = z.string({ error: intervalForm }).refine(isInterval, { error: intervalForm });

const urlForm = "a URL that begins with http://, https:// or tcp://";

const url = text(URL_LENGTH_LIMIT, `${urlForm}, at most ${URL_LENGTH_LIMIT} characters`)
  .superRefine(mayRefer)
  .superRefine(
    problem(urlForm, (value) => {
      const target = readTarget(value);
      return typeof target === "string" ? target : null;
    }),
  );

const idForm = "1 to 64 letters, digits, `-`, `_` or `.`, the first a letter or digit";
const methodForm = "an HTTP method such as GET or POST";

/** Framing and the connection are the engine's own: a value from outside would break the check, not the target. */
const ownHeaders = [
  ...["connection", "content-length", "expect", "keep-alive", "proxy-connection"],
  ...["te", "trailer", "transfer-encoding", "upgrade"],
];

const headerName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/, { error: "a header name: letters, digits and `-`" });

const headerForm = `text of at most ${HEADER_VALUE_LIMIT} characters in one line (numbers in quotes)`;

const headerValue = z
  .string({ error: headerForm })
  .max(HEADER_VALUE_LIMIT, { error: headerForm })
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/, { error: headerForm })
  .superRefine(mayRefer);

const headers = z.record(headerName, headerValue, { error: "a map of header names and values" }).superRefine(
  problem(`at most ${HEADER_LIMIT} headers, each once`, (map) => {
    const names = Object.keys(map).map((name) => name.toLowerCase());
    const own = names.find((name) => ownHeaders.includes(name));
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (names.length > HEADER_LIMIT)
      return `has ${names.length} headers, at most ${HEADER_LIMIT} are allowed`;
    if (own !== undefined) return `sets \`${own}\`, which the check sets itself`;
    return twice === undefined ? null : `has \`${twice}\` twice: upper and lower case are the same header`;
  }),
);

const bodyForm = `text of at most ${BODY_LIMIT_BYTES} bytes`;

const body = z
  .string({ error: `${bodyForm} (JSON in quotes, or in a \`|\` block)` })
  .refine((value) => new TextEncoder().encode(value).length <= BODY_LIMIT_BYTES, { error: bodyForm })
  .superRefine(mayRefer);

/** Runs a compiler of the check and tells its reason. */
const compiles = (what: string, compile: (source: string) => unknown) =>
  problem<string>(what, (source) => {
    try {
      compile(source);
      return null;
    } catch (error) {
      if (error instanceof VigieError) return `is not ${what}: ${error.message}`;
      throw error;
    }
  });

const regex = () =>
  text(REGEX_LENGTH_LIMIT).superRefine(
    compiles("a regular expression that runs in linear time (RE2)", compileRegex),
  );

const statusForm = "a status such as 200, a range such as 200-399, or a class such as 2xx";

const status = z.union(
  [whole(100, 599, "a status"), z.string({ error: statusForm }).regex(statusPattern, { error: statusForm })],
  { error: statusForm },
);

const oneStatus = status.refine((value) => parseStatus(value) !== null, {
  error: `${statusForm}, the lower first`,
});

const json = exactly("a map with `path` and perhaps `equals`", {
  path: text(JSON_PATH_LENGTH_LIMIT)
    .superRefine(compiles("a JSONPath (RFC 9535)", compileJsonPath))
    .describe("RFC 9535 JSONPath, such as `$.status`"),
  equals: z
    .union([z.string().max(1_000), z.number(), z.boolean(), z.null()], {
      error: "text of at most 1000 characters, a number, true, false or null",
    })
    .optional()
    .describe("What the first value found has to be; without it the path only has to exist"),
});

const bodyExpectation = exactly("a map with `contains`, `matches` or `json`", {
  contains: text(1_000).optional().describe("Text that the body has to contain"),
  matches: regex()
    .optional()
    .describe("Regular expression (RE2 syntax) that has to match somewhere in the body"),
  json: list(json, 20, "JSON expectations").optional().describe("Values in a JSON body"),
});

const equals = z.string({ error: "text in quotes" }).max(HEADER_VALUE_LIMIT, { error: headerForm });

const listedHeader = exactly("a map with `name` and perhaps `equals` or `matches`", {
  name: headerName,
  equals: equals.optional().describe("The exact value"),
  matches: regex()
    .optional()
    .describe("Regular expression (RE2 syntax) that has to match somewhere in the value"),
}).superRefine(
  problem("`equals` or `matches`", ({ equals, matches }) =>
    equals !== undefined && matches !== undefined
      ? "has both `equals` and `matches`: write two entries"
      : null,
  ),
);

const mappedHeader = z.union(
  [equals, z.literal(true), exactly("a map with `matches`", { matches: regex() })],
  {
    error: "the header's exact value in quotes, `true` when it only has to be there, or a map with `matches`",
  },
);

const headerExpectations = z.union(
  [
    list(listedHeader, 20, "header expectations"),
    z
      .record(headerName, mappedHeader)
      .refine((map) => Object.keys(map).length <= 20, { error: "at most 20 header expectations" }),
  ],
  { error: "a map of header names and values, or a list of maps with `name`" },
);

const expectation = exactly("a map of expectations", {
  status: z
    .union([oneStatus, list(oneStatus, 20, "statuses")], { error: `${statusForm}, or a list of these` })
    .optional()
    .describe("Statuses that are right: `200`, `200-399`, `2xx`, or a list of these. Default `200-399`"),
  body: bodyExpectation.optional(),
  headers: headerExpectations.optional().describe("Headers that the answer has to have"),
  maxResponse: duration(1, TIMEOUT_LIMIT_MS, "`2s`")
    .optional()
    .describe("Slower answers fail as expect.latency"),
});

const regionForm = "a region's name: lower-case letters, digits and `-`";
const regionName = z.string({ error: regionForm }).regex(/^[a-z0-9][a-z0-9-]{0,31}$/, { error: regionForm });

const tagName = z.string().regex(/^\P{Cc}{1,64}$/u, { error: "a tag of 1 to 64 characters" });
const tagCount = `at most ${TAG_LIMIT} tags`;

const tags = z.union(
  [
    z
      .record(tagName, z.string({ error: "text in quotes" }).max(256, { error: "at most 256 characters" }))
      .refine((map) => Object.keys(map).length <= TAG_LIMIT, { error: tagCount }),
    z.array(tagName).max(TAG_LIMIT, { error: tagCount }),
  ],
  { error: "a map of tags and values, or a list of tags" },
);

const authPart = z
  .string({ error: "text in quotes" })
  .max(1_000, { error: "at most 1000 characters" })
  .superRefine(mayRefer);

/**
 * An endpoint as people write it in YAML or JSON: durations as text (`60s`), everything but the URL optional.
 * Checks each field by itself; `parseEndpoint` adds the rules between fields. Made for `z.toJSONSchema` too.
 */
export const writtenEndpoint = exactly("a map that describes an endpoint (`url` at least)", {
  url: url.describe(
    `What is checked: http://, https:// or tcp://host:port. May hold references such as \${NAME}`,
  ),
  id: z
    .string({ error: idForm })
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, { error: idForm })
    .optional()
    .describe("What history is kept under. Default: made from the name, or else the URL"),
  name: line(200).optional().describe("How people know it; default the URL"),
  group: line(100).optional().describe("Heading under which it is listed"),
  method: z
    .string({ error: methodForm })
    .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,20}$/, { error: methodForm })
    .refine((value) => value.toUpperCase() !== "CONNECT", { error: `${methodForm} (CONNECT opens tunnels)` })
    .optional()
    .describe("HTTP method. Default GET, or POST with a body"),
  headers: headers.optional().describe(`Request headers. May hold references such as \${NAME}`),
  auth: exactly("a map with `user` and `password`", { user: authPart, password: authPart })
    .optional()
    .describe(`HTTP Basic authentication. May hold references such as \${NAME}`),
  body: body.optional().describe(`Request body. May hold references such as \${NAME}`),
  interval: interval.optional().describe("10s, 15s, 20s, 30s or whole minutes up to 24h. Default `60s`"),
  timeout: duration(100, TIMEOUT_LIMIT_MS, "`10s`")
    .optional()
    .describe("Time for one try, redirects included. Default `10s`; `4s` at intervals under a minute"),
  retries: whole(0, 10)
    .optional()
    .describe("Repeats of a failed check in the same tick. Default 3 (1 under a minute)"),
  retryWaits: list(duration(0, TIMEOUT_LIMIT_MS, "`1s`"), 10, "durations")
    .optional()
    .describe("Wait before each repeat. Default 1s, 2s, 4s"),
  regions: list(regionName, 50, "region names")
    .optional()
    .describe("Only these regions check it, where there are several. Default: all"),
  family: oneOf(["any", "4", "6", "both", 4, 6])
    .optional()
    .describe("IP version: any, 4, 6, or both (each has to work). Default any"),
  redirects: whole(0, 20)
    .optional()
    .describe("Redirects that are followed; with 0 a redirect is the answer. Default 5"),
  tls: exactly("a map with `verify` or `minDaysLeft`", {
    verify: flag().optional().describe("Verify the certificate's chain and name. Default true"),
    minDaysLeft: whole(0, 3_650, "a number of days")
      .optional()
      .describe("Fails as expect.certificate when the certificate ends sooner"),
  }).optional(),
  expect: expectation.optional().describe("What the answer has to be"),
  apdexTarget: duration(1, TIMEOUT_LIMIT_MS, "`500ms`")
    .optional()
    .describe("Apdex target T. Default `500ms`"),
  alert: writtenAlert.optional().describe("When and how people are told"),
  tags: tags.optional().describe("Words, perhaps with values, to find it by"),
  enabled: flag().optional().describe("false pauses it. Default true"),
});

export type WrittenEndpoint = z.infer<typeof writtenEndpoint>;
