import type { Hop, Measurement, Timings } from "../../../lib/core/check/measurement.ts";
import { type Paint, plain } from "../io.ts";
import { bytesText, msText } from "./units.ts";

const phases = [
  ["dnsMs", "name lookup", "cyan"],
  ["connectMs", "connect", "yellow"],
  ["tlsMs", "TLS", "magenta"],
  ["firstByteMs", "first byte", "green"],
  ["transferMs", "transfer", "blue"],
] as const satisfies readonly (readonly [keyof Timings, string, Parameters<Paint>[0]])[];

const BAR_COLUMNS = 40;

interface Bar {
  label: string;
  style: Parameters<Paint>[0];
  startMs: number;
  ms: number;
}

/** One measurement for people: the verdict, then per hop a bar for each phase, in the order and at the time it ran. */
export function waterfall(url: string, measurement: Measurement, paint: Paint): string[] {
  const lines = [headline(url, measurement, paint)];
  const hops = measurement.hops.length > 0 ? measurement.hops : [wholeAsHop(url, measurement)];
  let startMs = 0;
  for (const hop of hops) {
    if (hops.length > 1) lines.push(`  ${hop.status ?? "—"} ${plain(hop.url)}`);
    const bars = barsOf(hop.timings, startMs);
    lines.push(...bars.map((bar) => barLine(bar, measurement.timings.totalMs, paint)));
    startMs += bars.reduce((sum, { ms }) => sum + ms, 0);
  }
  lines.push(`  ${"total".padEnd(12)}${msText(measurement.timings.totalMs).padStart(9)}`);
  return [...lines, ...notes(measurement, paint)];
}

function headline(url: string, { outcome, status, tries }: Measurement, paint: Paint): string {
  const tried = tries > 1 ? ` (${tries} tries)` : "";
  if (outcome === "ok")
    return `${paint("green", "✔ up")}    ${plain(url)}  ${status ?? ""}${tried}`.trimEnd();
  return `${paint("red", "✘ down")}  ${plain(url)}  ${paint("red", outcome.type)}: ${plain(outcome.message)}${tried}`;
}

const wholeAsHop = (url: string, { status, timings, remote, tls }: Measurement): Hop => ({
  url,
  status,
  timings,
  remote,
  tls,
});

function barsOf(timings: Timings, from: number): Bar[] {
  let startMs = from;
  return phases.flatMap(([key, label, style]) => {
    const ms = timings[key];
    if (ms === null) return [];
    const bar = { label, style, startMs, ms };
    startMs += ms;
    return [bar];
  });
}

function barLine({ label, style, startMs, ms }: Bar, totalMs: number, paint: Paint): string {
  const scale = BAR_COLUMNS / Math.max(totalMs, 0.001);
  const indent = Math.min(BAR_COLUMNS - 1, Math.floor(startMs * scale));
  const length = Math.max(1, Math.min(BAR_COLUMNS - indent, Math.round(ms * scale)));
  const bar = `${" ".repeat(indent)}${paint(style, "█".repeat(length))}`;
  return `  ${label.padEnd(12)}${msText(ms).padStart(9)}  ${bar}`;
}

function notes({ remote, tls, bytes, flags }: Measurement, paint: Paint): string[] {
  const facts = [
    remote === null ? null : `${remote.address} (IPv${remote.family})`,
    tls === null ? null : `${tls.protocol}, certificate by ${plain(tls.issuer)}, ${tls.daysLeft} days left`,
    `${bytesText(bytes)} read`,
    flags.length === 0 ? null : `flags: ${flags.join(", ")}`,
  ].filter((fact) => fact !== null);
  return [paint("dim", `  ${facts.join(" · ")}`)];
}
