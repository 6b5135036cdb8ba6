import type { SentMessage } from "../../core/incident/incident.ts";
import { inParallel } from "../../core/parallel.ts";
import { ABSENT } from "./expression.ts";
import { bytes, bytesOf, type Item, type Key, padded, text, textOf } from "./item.ts";
import { pack, unpack } from "./pack.ts";
import { itemOf } from "./schema.ts";
import { allOf, type Table } from "./table.ts";

const WRITES_AT_ONCE = 10;
const PREFIX = "M#";

export const incidentKey = (org: string, incidentId: string): Key => ({
  pk: `I#${org}#${incidentId}`,
  sk: "-",
});

const messageFrom = (item: Item): SentMessage => unpack<SentMessage>(bytesOf(item, "body"));

const byTime = (a: SentMessage, b: SentMessage): number =>
  a.sentAt - b.sentAt || (a.effectId < b.effectId ? -1 : 1);

/** Of items of an incident its messages, oldest first. */
const messagesIn = (items: readonly Item[]): SentMessage[] =>
  items
    .filter((item) => textOf(item, "sk").startsWith(PREFIX))
    .map(messageFrom)
    .sort(byTime);

/** Sent messages in the table `alerts`: `I#<org>#<incident>`, `M#<effect id>`, one small item each. */
export function makeMessages(alerts: Table) {
  const itemsOf = (org: string, incidentId: string): Promise<Item[]> => {
    const { pk } = incidentKey(org, incidentId);
    return allOf(alerts, { partition: ["pk", pk], beginsWith: ["sk", PREFIX], consistent: true });
  };

  async function add(org: string, incidentId: string, message: SentMessage): Promise<void> {
    const { pk } = incidentKey(org, incidentId);
    const item = itemOf(
      { pk, sk: PREFIX + message.effectId },
      {
        incidentId: text(incidentId),
        body: bytes(pack(message)),
        feed: text(`messages#${org}`),
        feedAt: text(`${padded(message.sentAt)}#${message.effectId}`),
      },
    );
    await alerts.put(item, ABSENT); // the first stays
  }

  return {
    add,

    /** Most were logged one by one when they were sent: reading which costs less than writing all again. */
    async addMissing(org: string, incidentId: string, sent: readonly SentMessage[]): Promise<void> {
      if (sent.length === 0) return;
      const known = new Set((await itemsOf(org, incidentId)).map((item) => textOf(item, "sk")));
      const missing = sent.filter(({ effectId }) => !known.has(PREFIX + effectId));
      await inParallel(missing, WRITES_AT_ONCE, (message) => add(org, incidentId, message));
    },

    in: messagesIn,

    of: async (org: string, incidentId: string): Promise<SentMessage[]> =>
      messagesIn(await itemsOf(org, incidentId)),

    /** The latest of an organization, from an index that may lag by a second. */
    async latest(
      org: string,
      limit: number,
      endpointsOf: (incidentIds: readonly string[]) => Promise<ReadonlyMap<string, string>>,
    ) {
      const keys: Item[] = [];
      const feed = { index: "feed", partition: ["feed", `messages#${org}`] } as const;
      for await (const page of alerts.query({ ...feed, backwards: true, pageSize: limit })) {
        keys.push(...page);
        if (keys.length >= limit) break;
      }
      const wanted = keys.slice(0, limit).map((item) => ({ pk: textOf(item, "pk"), sk: textOf(item, "sk") }));
      const found = (await alerts.getMany(wanted)).map((item) => ({
        ...messageFrom(item),
        incidentId: textOf(item, "incidentId"),
      }));
      const endpoints = await endpointsOf([...new Set(found.map(({ incidentId }) => incidentId))]);
      return found
        .sort((a, b) => byTime(b, a))
        .map((message) => ({ ...message, endpointId: endpoints.get(message.incidentId) ?? "" }));
    },
  };
}
