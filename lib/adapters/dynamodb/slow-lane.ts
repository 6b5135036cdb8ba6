import type { SlowLane, SlowLaneKey, SlowMembers } from "../../core/ports.ts";
import { type Expression, setting } from "./expression.ts";
import { type Item, type Key, texts, textsOf } from "./item.ts";
import type { Table } from "./table.ts";

const keyFor = ({ region, shard }: SlowLaneKey): Key => ({ pk: `SLOW#${region}#${shard}`, sk: "-" });

/** ADD or DELETE of set members, or null where there are none: DynamoDB has no empty sets. */
function change(verb: "ADD" | "DELETE", { failing, slow }: SlowMembers): Expression | null {
  const sets = Object.entries({ failing, slow }).filter(([, ids]) => ids.size > 0);
  if (sets.length === 0) return null;
  const version = setting({});
  return {
    ...version,
    text: `${version.text} ${verb} ${sets.map(([name]) => `${name} :${name}`).join(", ")}`,
    values: {
      ...version.values,
      ...Object.fromEntries(sets.map(([name, ids]) => [`:${name}`, texts(ids)])),
    } satisfies Item,
  };
}

/**
 * Slow lanes in the table `config`: `SLOW#<region>#<shard>`, `-`, two sets of `<org>/<id>`. A shard of 500 with the
 * longest names in both takes 130 KB; reading an empty lane takes half a read unit.
 */
export function makeSlowLane(config: Table): SlowLane {
  async function apply(key: SlowLaneKey, update: Expression | null): Promise<void> {
    if (update !== null) await config.update(keyFor(key), update);
  }

  return {
    async members(key) {
      const item = (await config.get(keyFor(key), false)) ?? {}; // whoever was added a moment ago waits a tick
      return { failing: new Set(textsOf(item, "failing")), slow: new Set(textsOf(item, "slow")) };
    },
    add: (key, members) => apply(key, change("ADD", members)),
    remove: (key, members) => apply(key, change("DELETE", members)),
  };
}
