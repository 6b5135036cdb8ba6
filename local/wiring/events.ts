import type { FaultContext } from "../../functions/probe/fault.ts";
import type { StoreTrouble } from "../../lib/adapters/sqlite/index.ts";
import type { CheckRecord } from "../../lib/core/check/record.ts";
import type { EndpointChanges } from "../../lib/core/ports.ts";

/** What happens while Vigie runs, for the screen: the dashboard, or one plain line each. */
export type VigieEvent =
  | { kind: "started"; endpoints: number; region: string; canaries: number }
  | { kind: "listening"; url: string }
  | { kind: "port-taken"; port: number; reason: string }
  /** An endpoint's first outcome since the start, or one that differs from the one before in being ok. */
  | { kind: "turned"; title: string; record: CheckRecord; first: boolean }
  /** First line of a message of the alert rule. */
  | { kind: "message"; title: string }
  | { kind: "own-network"; up: boolean; since: number }
  | { kind: "useless-canaries" }
  /** The disk began to fail, or works again; its message is complete by itself. */
  | { kind: "store"; trouble: StoreTrouble }
  /** A metrics sink began to fail, its spool is full, or it works again; the message is complete by itself. */
  | { kind: "sink"; trouble: "began" | "dropping" | "over"; message: string }
  | { kind: "reloaded"; changes: EndpointChanges; endpoints: number }
  | { kind: "reload-failed"; error: unknown }
  | { kind: "ticks-skipped"; minutes: number; from: number }
  | { kind: "overrun"; shard: string; scheduledAt: number }
  | { kind: "fault"; error: unknown; context: FaultContext }
  | { kind: "stopping"; reason: string };

/** Takes an event; never throws, never blocks. */
export type Listener = (event: VigieEvent) => void;
