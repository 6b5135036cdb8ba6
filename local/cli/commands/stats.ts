import { formatApdex } from "../../../lib/core/apdex/apdex.ts";
import { titleOf } from "../../../lib/core/endpoint/endpoint.ts";
import { parseWindow } from "../../../lib/core/history/window.ts";
import { listOverview, type Overview } from "../../../lib/core/read/read.ts";
import { systemClock } from "../../clock.ts";
import { LOCAL_ORG } from "../../settings.ts";
import { type CliIo, exitCodes, plain } from "../io.ts";
import type { StatsFlags } from "../program.ts";
import { type Column, table } from "../render/table.ts";
import { msText, percentText } from "../render/units.ts";
import { withHistory } from "../store.ts";

const columns: Column[] = [
  { title: "ENDPOINT" },
  { title: "AVAIL", numeric: true },
  { title: "OK", numeric: true },
  { title: "FAILED", numeric: true },
  { title: "AVG", numeric: true },
  { title: "P95", numeric: true },
  { title: "MAX", numeric: true },
  { title: "TTFB", numeric: true },
  { title: "APDEX", numeric: true },
  { title: "STATUS" },
];

/** `vigie stats`: one row, or one JSON object, for each endpoint. */
export async function stats(flags: StatsFlags, io: CliIo): Promise<number> {
  const window = parseWindow(flags.window);
  const overviews = await withHistory(flags.data, io, (store) =>
    listOverview(store, LOCAL_ORG, window, systemClock.now()),
  );
  const lines = flags.json
    ? overviews.map((one) => JSON.stringify(jsonOf(one)))
    : table(columns, overviews.map(rowOf));
  io.stdout.write(lines.map((line) => `${line}\n`).join(""));
  return exitCodes.ok;
}

const jsonOf = ({ endpoint, stats: numbers }: Overview) => ({
  id: endpoint.id,
  name: endpoint.name ?? null,
  url: endpoint.url,
  ...numbers,
});

const orDash = (ms: number | null): string => (ms === null ? "—" : msText(ms));

function rowOf({ endpoint, stats: numbers }: Overview): string[] {
  const { availability, ok, failed, response, firstByte, apdex, byStatus } = numbers;
  const statuses = Object.entries(byStatus).map(([status, count]) => `${status}×${count}`);
  return [
    plain(titleOf(endpoint)),
    percentText(availability),
    String(ok),
    String(failed),
    orDash(response.avgMs),
    orDash(response.p95Ms),
    orDash(response.maxMs),
    orDash(firstByte.avgMs),
    formatApdex(apdex),
    statuses.join(" "),
  ];
}
