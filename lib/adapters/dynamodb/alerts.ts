import { inParallel } from "../../core/parallel.ts";
import type { AlertStore, AlertWrite } from "../../core/ports.ts";
import {
  bodyOf,
  changeFor,
  stateFrom,
  stateKey,
  troubleBuckets,
  troubledFrom,
  unsentBuckets,
} from "./alert-item.ts";
import { ABSENT, type Expression, setting } from "./expression.ts";
import { bytesOf, type Item, type Key, number, numberOf } from "./item.ts";
import { allOf, type Table } from "./table.ts";

const WRITES_AT_ONCE = 20;
const QUERIES_AT_ONCE = 8;
/** A gate that ends this much later than one opened now was opened before the clock was set back: it holds nobody. */
const CLOCK_SET_BACK_MS = 60_000;

const versionIs = (expected: number | null): Expression =>
  expected === null ? ABSENT : { text: "version = :expected", values: { ":expected": number(expected) } };

const gateKey = (org: string, kind: string): Key => ({ pk: `GATE#${org}#${kind}`, sk: "-" });

/**
 * Alert states in the table `alerts`: `A#<org>/<id>`, `-`; compressed, so that the largest core keeps (an interval of 10 s,
 * a window of an hour, many regions) stays far below 400 KB. Who is in trouble, or has something unsent, comes from
 * sparse indexes that may lag by a second: what an index still names is judged by the state itself, and what it
 * does not name yet is named by whoever wrote it, or found a minute later.
 */
export function makeAlerts(alerts: Table): AlertStore {
  /** Whether the write that got no answer was this one. */
  async function isWritten({ state, expected }: AlertWrite, body: Uint8Array): Promise<boolean> {
    const item = await alerts.get(stateKey(state.org, state.endpointId));
    if (item === null || numberOf(item, "version") !== (expected ?? 0) + 1) return false;
    return Buffer.compare(bytesOf(item, "body"), body) === 0;
  }

  async function put(write: AlertWrite): Promise<boolean> {
    const body = bodyOf(write.state);
    const key = stateKey(write.state.org, write.state.endpointId);
    const answer = await alerts.update(key, changeFor(write, body), versionIs(write.expected));
    if (answer === "unclear") return isWritten(write, body);
    return answer !== "refused";
  }

  async function opened(key: Key, until: number): Promise<boolean> {
    const gate = await alerts.get(key);
    return gate !== null && numberOf(gate, "until") === until;
  }

  const keysIn = (bucket: string): Promise<Item[]> =>
    allOf(alerts, { index: "troubled", partition: ["bucket", bucket], only: ["pk"] });

  async function unsentKeys(org: string, limit: number): Promise<Key[]> {
    const found = await inParallel(unsentBuckets(org), QUERIES_AT_ONCE, async (bucket) => {
      const keys: Item[] = [];
      const question = { index: "unsent", partition: ["unsent", bucket], pageSize: limit } as const;
      for await (const page of alerts.query(question)) {
        keys.push(...page);
        if (keys.length >= limit) break;
      }
      return keys;
    });
    return found
      .flat()
      .slice(0, limit)
      .map(troubledFrom)
      .map((one) => stateKey(one.org, one.endpointId));
  }

  return {
    async get(org, endpointId) {
      const item = await alerts.get(stateKey(org, endpointId));
      return item === null ? null : stateFrom(item);
    },

    async getMany(org, endpointIds) {
      const states = (await alerts.getMany(endpointIds.map((id) => stateKey(org, id)))).map(stateFrom);
      return new Map(states.map((state) => [state.value.endpointId, state]));
    },

    async putMany(writes) {
      const done = await inParallel(writes, WRITES_AT_ONCE, put);
      return { conflicts: writes.flatMap(({ state }, i) => (done[i] ? [] : [state.endpointId])) };
    },

    async *troubled() {
      for (const items of await inParallel(troubleBuckets, QUERIES_AT_ONCE, keysIn))
        if (items.length > 0) yield items.map(troubledFrom);
    },

    async unsent(org, limit) {
      const states = (await alerts.getMany(await unsentKeys(org, limit))).map(stateFrom);
      return states.filter(({ value }) => value.effects.length > 0);
    },

    async remove(org, endpointId) {
      await alerts.remove(stateKey(org, endpointId));
    },

    async openGate(org, kind, now, until) {
      const key = gateKey(org, kind);
      const answer = await alerts.update(key, setting({ until: number(until) }), {
        text: "attribute_not_exists(pk) OR #until <= :now OR #until > :latest",
        names: { "#until": "until" },
        values: { ":now": number(now), ":latest": number(until + CLOCK_SET_BACK_MS) },
      });
      return answer === "unclear" ? opened(key, until) : answer !== "refused";
    },
  };
}
