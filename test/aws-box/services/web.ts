/** Addresses outside of AWS's own protocols: the operator's heartbeat, and home's health. */
import { plain } from "../protocols.ts";
import type { StandIn } from "../stand-in.ts";

export interface Web extends StandIn {
  /** Requests by path. */
  readonly hits: Readonly<Record<string, number>>;
}

export function makeWeb(paths: readonly string[]): Web {
  const hits: Record<string, number> = {};
  return {
    service: "web",
    recognise: ({ method, path }) => (paths.includes(path) ? { action: method, resources: [path] } : null),
    perform({ path }) {
      hits[path] = (hits[path] ?? 0) + 1;
      return plain(200, JSON.stringify({ status: "ok" }));
    },
    refuse: ({ status, message }) => plain(status, message),
    refusals: {
      throttled: { status: 429, code: "", message: "Too Many Requests" },
      broken: { status: 503, code: "", message: "Service Unavailable" },
    },
    hits,
  };
}
