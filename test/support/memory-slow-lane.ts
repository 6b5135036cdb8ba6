import type { SlowLane, SlowLaneKey, SlowMembers } from "../../lib/core/ports.ts";

/** A slow lane in memory. */
export function memorySlowLane(): SlowLane {
  const lanes = new Map<string, { failing: Set<string>; slow: Set<string> }>();
  const of = ({ region, shard }: SlowLaneKey) => {
    const key = JSON.stringify([region, shard]);
    const known = lanes.get(key) ?? { failing: new Set(), slow: new Set() };
    lanes.set(key, known);
    return known;
  };
  const change = (key: SlowLaneKey, members: SlowMembers, how: "add" | "delete"): void => {
    const known = of(key);
    for (const id of members.failing) known.failing[how](id);
    for (const id of members.slow) known.slow[how](id);
  };
  return {
    members: async (key) => ({ failing: new Set(of(key).failing), slow: new Set(of(key).slow) }),
    add: async (key, members) => change(key, members, "add"),
    remove: async (key, members) => change(key, members, "delete"),
  };
}
