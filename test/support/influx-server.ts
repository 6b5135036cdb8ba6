import { gunzipSync } from "node:zlib";
import { type ParsedLine, parseLine } from "./line-protocol.ts";
import { type Answered, type MoodyServer, moodyServer } from "./moody-server.ts";

/** Which InfluxDB answers: they word refusals differently. `words`: one that names no line and keeps nothing. */
export type InfluxDialect = "1.x" | "2.x" | "3.x" | "words";

export interface InfluxServer extends MoodyServer {
  dialect: InfluxDialect;
  /** What is stored, by `endpoint region time`: fields of points written twice are merged, as in the real one. */
  points: Map<string, ParsedLine>;
  /** How often a line was sent, by the same key. */
  sent: Map<string, number>;
  /** Lines that it refuses, by their endpoint. */
  refused: Set<string>;
}

const keyOf = ({ tags, at }: ParsedLine): string => `${tags["endpoint"]} ${tags["region"]} ${at}`;

interface Bad {
  number: number;
  text: string;
}

const refusals: Record<InfluxDialect, (bad: readonly Bad[]) => Answered> = {
  "1.x": (bad) => ({
    status: 400,
    body: JSON.stringify({
      error: `partial write: ${bad.map(({ text }) => `unable to parse '${text}': it is odd`).join("\n")} dropped=0`,
    }),
  }),
  "2.x": (bad) => ({
    status: 422,
    body: JSON.stringify({
      code: "unprocessable entity",
      message: `failure writing points to database: partial write: field type conflict dropped=${bad.length}`,
    }),
  }),
  "3.x": (bad) => ({
    status: 400,
    body: JSON.stringify({
      error: "partial write of line protocol occurred",
      data: bad.map(({ number, text }) => ({
        original_line: text.slice(0, 10),
        line_number: number,
        error_message: "it is odd",
      })),
    }),
  }),
  words: () => ({ status: 400, body: "unable to parse something on line 1 or so" }),
};

/** InfluxDB as far as `/write` goes. */
export async function influxServer(): Promise<InfluxServer> {
  const points = new Map<string, ParsedLine>();
  const sent = new Map<string, number>();
  const refused = new Set<string>();

  function store(line: ParsedLine): void {
    const key = keyOf(line);
    const fields = { ...points.get(key)?.fields, ...line.fields };
    points.set(key, { ...line, fields });
  }

  function take(texts: readonly string[]): Answered {
    const lines = texts.map((text, i) => ({ text, number: i + 1, line: parseLine(text) }));
    for (const { line } of lines) sent.set(keyOf(line), (sent.get(keyOf(line)) ?? 0) + 1);
    const isBad = (line: ParsedLine): boolean => refused.has(line.tags["endpoint"] ?? "");
    const bad = lines.filter(({ line }) => isBad(line));
    const keeps = bad.length === 0 || server.dialect !== "words";
    if (keeps) for (const { line } of lines) if (!isBad(line)) store(line);
    return bad.length > 0 ? refusals[server.dialect](bad) : { status: 204 };
  }

  const moody = await moodyServer({
    unavailable: { status: 503, body: '{"error":"engine is closed"}' },
    throttled: { status: 429, body: '{"error":"slow down"}' },
    answer({ path, query, headers, body }) {
      if (path !== "/write" || query.get("precision") !== "ms" || !query.get("db"))
        return { status: 404, body: '{"error":"not found"}' };
      if (headers["content-encoding"] !== "gzip") return { status: 415 };
      return take(gunzipSync(body).toString().trimEnd().split("\n"));
    },
  });
  const server: InfluxServer = Object.assign(moody, { dialect: "1.x" as const, points, sent, refused });
  return server;
}
