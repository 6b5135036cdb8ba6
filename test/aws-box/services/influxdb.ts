/** `/write` as InfluxDB 1.x answers it: good lines of a bad batch are stored, and 400 names the bad ones. */
import { gunzipSync } from "node:zlib";
import { type ParsedLine, parseLine } from "../../support/line-protocol.ts";
import { plain } from "../protocols.ts";
import type { Ordered, StandIn } from "../stand-in.ts";
import { type Answer, RefusedCall } from "../wire.ts";

export interface InfluxOptions {
  /** The whole `Authorization` header that is expected, such as `Token secret`; none by default. */
  authorization?: string;
  database?: string;
}

export interface Influxdb extends StandIn {
  /** What is stored: a point written again is one point. */
  readonly points: readonly ParsedLine[];
  /** From now on lines that fit are refused. */
  refuseLines(pattern: RegExp): void;
}

export const INFLUX_PATH = "/write";

/** What a point is known by: two with the same are one. */
const keyOf = ({ measurement, tags, at }: ParsedLine): string =>
  `${measurement} ${JSON.stringify(Object.entries(tags).toSorted())} ${at}`;

export function makeInfluxdb({ authorization, database = "vigie" }: InfluxOptions = {}): Influxdb {
  const points = new Map<string, ParsedLine>();
  let refused = /^$/;

  function store(text: string): string | null {
    try {
      if (refused.test(text)) throw new SyntaxError("refused for the test");
      const line = parseLine(text);
      points.set(keyOf(line), line);
      return null;
    } catch (error) {
      if (error instanceof SyntaxError) return `unable to parse '${text}': ${error.message}`;
      throw error;
    }
  }

  function write({ headers, body, query }: Ordered): Answer {
    if (authorization !== undefined && headers.authorization !== authorization)
      throw new RefusedCall("unauthorized", "authorization failed", 401);
    if (query.get("db") !== database)
      throw new RefusedCall("not found", `database not found: "${query.get("db")}"`, 404);
    if (query.get("precision") !== "ms") throw new RefusedCall("invalid", "The stand-in counts in ms only.");
    const text = headers["content-encoding"] === "gzip" ? gunzipSync(body).toString() : body.toString();
    const errors = text
      .split("\n")
      .filter(Boolean)
      .map(store)
      .filter((error) => error !== null);
    if (errors.length === 0) return plain(204);
    throw new RefusedCall("invalid", `partial write: ${errors.join("\n")} dropped=${errors.length}`);
  }

  return {
    service: "influxdb",
    recognise: ({ method, path, query }) =>
      method === "POST" && path === INFLUX_PATH
        ? { action: "write", resources: [query.get("db") ?? ""] }
        : null,
    perform: write,
    refuse: ({ status, message }) => plain(status, JSON.stringify({ error: message })),
    refusals: {
      throttled: { status: 429, code: "too many requests", message: "too many requests" },
      broken: { status: 503, code: "unavailable", message: "service unavailable" },
    },
    get points() {
      return [...points.values()];
    },
    refuseLines(pattern) {
      refused = pattern;
    },
  };
}
