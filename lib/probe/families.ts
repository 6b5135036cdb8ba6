import type { Measurement } from "../core/check/measurement.ts";
import { type Outcome, timeoutTypeOf } from "../core/check/outcome.ts";
import type { Endpoint } from "../core/endpoint/endpoint.ts";
import { parseHost } from "./lookup/host.ts";
import type { FamilyChoice } from "./lookup/lookup.ts";

/**
 * `both` means two checks, so that a site that is half up is seen; an address has one family and needs one. Where there
 * is no IPv6, one half is all that can be checked.
 */
export function familiesOf({ family, url }: Pick<Endpoint, "family" | "url">, ipv6 = true): FamilyChoice[] {
  if (family !== "both") return [family];
  return parseHost(new URL(url).hostname).kind === "address" ? ["any"] : ipv6 ? ["4", "6"] : ["4"];
}

/** Of two families' measurements: the failing one, else the slower. Doubts about either are doubts about both. */
export function worseOf(a: Measurement, b: Measurement): Measurement {
  const worse = chooseWorse(a, b);
  return {
    ...worse,
    startedAt: Math.min(a.startedAt, b.startedAt),
    endedAt: Math.max(a.endedAt, b.endedAt),
    flags: [...new Set([...a.flags, ...b.flags])],
  };
}

function chooseWorse(a: Measurement, b: Measurement): Measurement {
  if (a.outcome !== "ok") return a;
  if (b.outcome !== "ok") return b;
  return a.timings.totalMs >= b.timings.totalMs ? a : b;
}

const TIMEOUTS: ReadonlySet<string> = new Set([
  timeoutTypeOf("dns"),
  timeoutTypeOf("connect"),
  timeoutTypeOf("firstByte"),
]);

export const isTimeout = (outcome: Outcome): boolean => outcome !== "ok" && TIMEOUTS.has(outcome.type);
