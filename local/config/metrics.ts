import type * as z from "zod";
import type { InfluxAuth } from "../../lib/adapters/influxdb/auth.ts";
import { exactly, line, oneOf, problem } from "../../lib/core/endpoint/fields.ts";
import type { MetricsSettings } from "../settings.ts";
import { httpUrl } from "./fields.ts";
import type { SecretSection } from "./secret-section.ts";

const credential = (what: string) => line(1_024).optional().describe(what);

const influx = exactly("a map with `url` and `database`", {
  url: httpUrl.describe("Where InfluxDB or VictoriaMetrics listens; `/write` is put behind it"),
  database: line(256).describe("1.x and 3.x: the database; 2.x: what a DBRP mapping leads to a bucket"),
  user: credential("With `password`: basic authentication"),
  password: credential("With `user`"),
  token: credential("In place of user and password"),
  scheme: oneOf(["Token", "Bearer"])
    .optional()
    .describe("How the token is presented; 3.x may want `Bearer`. Default `Token`"),
}).superRefine(
  problem("`token`, or `user` and `password`", ({ user, password, token, scheme }) => {
    if (token !== undefined && (user ?? password) !== undefined)
      return "`token` stands in place of `user` and `password`: give one or the other";
    if ((user === undefined) !== (password === undefined)) return "`user` and `password` stand together";
    return scheme !== undefined && token === undefined
      ? "`scheme` says how `token` is presented: give one"
      : null;
  }),
);

/** Where measurements go besides. Parsed after its secrets are put in. */
export const metricsSchema = exactly("a map with `influx`", { influx: influx.optional() });

export const metricsSection: SecretSection<typeof metricsSchema> = {
  name: "metrics",
  schema: metricsSchema,
  hasUserInfo: (path) => path.endsWith(".url"),
};

function authOf({ user, password, token, scheme = "Token" }: z.output<typeof influx>): InfluxAuth | null {
  if (token !== undefined) return { scheme, token };
  return user === undefined || password === undefined ? null : { scheme: "Basic", user, password };
}

export const metricsOf = ({ influx }: z.output<typeof metricsSchema>): MetricsSettings => ({
  influx: influx === undefined ? null : { url: influx.url, database: influx.database, auth: authOf(influx) },
});
