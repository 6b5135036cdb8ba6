import type { FaultContext } from "../../functions/probe/fault.ts";
import { oneLine } from "../../lib/adapters/terminal/notifier.ts";
import type { CheckRecord } from "../../lib/core/check/record.ts";
import { InvalidInput } from "../../lib/core/errors.ts";
import type { EndpointChanges } from "../../lib/core/ports.ts";
import type { VigieEvent } from "./events.ts";

const utc = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, "Z");

const plural = (n: number, word: string): string => `${n} ${word}${n === 1 ? "" : "s"}`;

function resultOf({ outcome, invalid, status, totalMs }: CheckRecord): string {
  if (invalid !== undefined) return `not counted (${invalid})`;
  if (outcome !== "ok") return `FAILED ${outcome.type}: ${outcome.message}`;
  return `ok${status === null ? "" : ` ${status}`} in ${Math.round(totalMs)} ms`;
}

function changesOf({ added, changed, removed }: EndpointChanges): string {
  const parts = [
    [added.length, "added"],
    [changed.length, "changed"],
    [removed.length, "removed"],
  ] as const;
  const said = parts.filter(([n]) => n > 0).map(([n, what]) => `${n} ${what}`);
  return said.length === 0 ? "the same endpoints" : said.join(", ");
}

function reasonOf(error: unknown): string {
  if (error instanceof InvalidInput)
    return error.issues
      .map(
        ({ file, line, column, path, message }) =>
          `${file ?? ""}:${line ?? 1}:${column ?? 1}: ${path}: ${message}`,
      )
      .join("; ");
  return error instanceof Error ? error.message : String(error);
}

/** The event in words, without time and line end. */
export function wordsOf(event: VigieEvent): string {
  switch (event.kind) {
    case "started": {
      const trust = event.canaries === 0 ? "; no canaries: every failure is believed" : "";
      return `watching ${plural(event.endpoints, "endpoint")} from ${event.region}${trust}`;
    }
    case "listening":
      return `listening on ${event.url}`;
    case "port-taken":
      return `NO HTTP API: port ${event.port} can't be used (${event.reason}). Checks and alerts go on; choose another with --port`;
    case "turned":
      return `${event.title}: ${resultOf(event.record)}`;
    case "message":
      return event.title;
    case "own-network":
      return event.up
        ? "our own network is back"
        : `OUR OWN NETWORK is unreachable since ${utc(event.since)}: no canary answers, so failures of public endpoints don't count`;
    case "useless-canaries":
      return "no canary answers although public endpoints do: name others under `canaries`";
    case "store":
      return event.trouble.kind === "over"
        ? event.trouble.message
        : `NOT RECORDING! ${event.trouble.message}`;
    case "sink":
      return event.message;
    case "reloaded":
      return `configuration reloaded: ${changesOf(event.changes)}; watching ${plural(event.endpoints, "endpoint")}`;
    case "reload-failed":
      return `configuration NOT reloaded, the old one stays in force: ${reasonOf(event.error)}`;
    case "ticks-skipped":
      return `skipped ${plural(event.minutes, "minute")} from ${utc(event.from)}: the machine slept or its clock was set`;
    case "overrun":
      return `skipped the tick of ${utc(event.scheduledAt)} of shard ${event.shard}: the two before it still run`;
    case "fault":
      return `our own fault (${faultPlace(event.context)}): ${reasonOf(event.error)}`;
    case "stopping":
      return `stopping (${event.reason}): finishing what is in flight`;
  }
}

const faultPlace = ({ what, endpointId, shard, url }: FaultContext): string =>
  [what, endpointId, shard, url].filter((part) => part !== undefined).join(" ");

/** One line for one event: the time in UTC, then what happened; safe for a terminal. */
export const lineOf = (event: VigieEvent, at: number): string => `${utc(at)} ${oneLine(wordsOf(event))}`;
