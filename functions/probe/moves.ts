import { memberOf } from "../../lib/core/check/invocation.ts";
import type { CheckRecord } from "../../lib/core/check/record.ts";
import type { Endpoint } from "../../lib/core/endpoint/endpoint.ts";
import type { SlowMembers } from "../../lib/core/ports.ts";

/** Who joins and who leaves the slow lane, by how checks went. */
export interface Moves {
  /** `record` is null when the check did not end. */
  note(endpoint: Endpoint, record: CheckRecord | null, tookMs: number): void;
  /** Members that are not listed leave: they were deleted, or moved to another shard. */
  forgetOthers(listed: readonly Endpoint[]): void;
  changes(): { added: SlowMembers; removed: SlowMembers };
}

/** A check that took longer, its repeats included, kept its invocation waiting. */
const SLOW_MS = 3_000;

type Kind = keyof SlowMembers;
const kinds: readonly Kind[] = ["failing", "slow"];

/** What an endpoint is from now on; undefined: as before, since what does not count says nothing. */
function kindOf(record: CheckRecord | null, tookMs: number): Kind | null | undefined {
  if (record === null) return "slow";
  if (record.invalid !== undefined) return undefined;
  if (record.outcome !== "ok") return "failing";
  return tookMs > SLOW_MS ? "slow" : null;
}

/** @param known who was in the lane before */
export function makeMoves(known: () => SlowMembers): Moves {
  const added = { failing: new Set<string>(), slow: new Set<string>() };
  const removed = { failing: new Set<string>(), slow: new Set<string>() };
  return {
    note(endpoint, record, tookMs) {
      const now = kindOf(record, tookMs);
      if (now === undefined) return;
      const member = memberOf(endpoint);
      for (const kind of kinds) {
        const was = known()[kind].has(member);
        if (kind === now && !was) added[kind].add(member);
        if (kind !== now && was) removed[kind].add(member);
      }
    },
    forgetOthers(listed) {
      const members = new Set(listed.map(memberOf));
      for (const kind of kinds)
        for (const member of known()[kind]) if (!members.has(member)) removed[kind].add(member);
    },
    changes: () => ({ added, removed }),
  };
}
