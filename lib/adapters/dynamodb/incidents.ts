import type { Incident } from "../../core/incident/incident.ts";
import { inParallel } from "../../core/parallel.ts";
import type { IncidentLog, IncidentQuery } from "../../core/ports.ts";
import { setting } from "./expression.ts";
import { bytes, bytesOf, type Item, number, padded, text } from "./item.ts";
import { incidentKey, makeMessages } from "./messages.ts";
import { pack, unpack } from "./pack.ts";
import { allOf, type Question, type Table } from "./table.ts";

type Body = Omit<Incident, "messages">;

const READS_AT_ONCE = 10;
/** Pages of keys are at least so long: where they are sifted, a short page would be a round trip for little. */
const SMALLEST_PAGE = 25;

const bodyFrom = (item: Item): Body => unpack<Body>(bytesOf(item, "body"));

/**
 * Attributes of an incident. `openFeed` is gone once it ended. Bounded by core (20 announcements, one line of evidence
 * per region, messages apart): a few KB.
 */
function attributesOf(body: Body): Record<string, Item[string] | null> {
  const feed = `incidents#${body.org}`;
  return {
    revision: number(body.revision),
    body: bytes(pack(body)),
    feed: text(feed),
    endpointFeed: text(`${feed}/${body.endpointId}`),
    openFeed: body.endedAt === null ? text(feed) : null,
    feedAt: text(`${padded(body.startedAt)}#${body.id}`),
  };
}

/** The index with the fewest entries that may be meant; the rest is sifted. */
function feedFor({ org, endpointId, open, before, limit }: IncidentQuery): Question {
  const feed = `incidents#${org}`;
  const range = before === undefined ? {} : { between: ["feedAt", "0", padded(before)] as const };
  const rest = { ...range, backwards: true, pageSize: Math.max(limit, SMALLEST_PAGE) };
  if (open === true) return { index: "openFeed", partition: ["openFeed", feed], ...rest };
  if (endpointId === undefined) return { index: "feed", partition: ["feed", feed], ...rest };
  return { index: "endpointFeed", partition: ["endpointFeed", `${feed}/${endpointId}`], ...rest };
}

const isMeant = (body: Body, { endpointId, open }: IncidentQuery): boolean =>
  (endpointId === undefined || body.endpointId === endpointId) &&
  (open === undefined || (body.endedAt === null) === open);

/**
 * The incident log in the table `alerts`: an incident is `I#<org>#<id>`, `-`, its messages stand beside it (messages.ts).
 * Lists come from indexes, which may lag by a second: they are for people, and what they show of an incident is read
 * from the table.
 */
export function makeIncidents(alerts: Table): IncidentLog {
  const messages = makeMessages(alerts);

  async function bodiesOf(org: string, keys: readonly Item[]): Promise<Body[]> {
    const wanted = keys.map((item) => ({ pk: item["pk"]?.S ?? "", sk: item["sk"]?.S ?? "" }));
    const found = new Map((await alerts.getMany(wanted)).map((item) => [item["pk"]?.S, bodyFrom(item)]));
    return wanted.flatMap(({ pk }) => found.get(pk) ?? []).filter((body) => body.org === org);
  }

  async function listBodies(query: IncidentQuery): Promise<Body[]> {
    const listed: Body[] = [];
    for await (const keys of alerts.query(feedFor(query))) {
      listed.push(...(await bodiesOf(query.org, keys)).filter((body) => isMeant(body, query)));
      if (listed.length >= query.limit) break;
    }
    return listed.slice(0, query.limit);
  }

  return {
    async put({ messages: sent, ...body }) {
      const key = incidentKey(body.org, body.id);
      // a later revision that is there already stays
      await alerts.update(key, setting(attributesOf(body)), {
        text: "attribute_not_exists(revision) OR revision < :revision",
        values: { ":revision": number(body.revision) },
      });
      await messages.addMissing(body.org, body.id, sent);
    },

    addMessage: (org, incidentId, message) => messages.add(org, incidentId, message),

    async get(org, incidentId) {
      const { pk } = incidentKey(org, incidentId);
      const items = await allOf(alerts, { partition: ["pk", pk], consistent: true });
      const incident = items.find((item) => item["sk"]?.S === "-");
      return incident === undefined ? null : { ...bodyFrom(incident), messages: messages.in(items) };
    },

    async list(query) {
      return inParallel(await listBodies(query), READS_AT_ONCE, async (body) => ({
        ...body,
        messages: await messages.of(body.org, body.id),
      }));
    },

    messages: (org, limit) =>
      messages.latest(org, limit, async (ids) => {
        const found = await alerts.getMany(ids.map((id) => incidentKey(org, id)));
        return new Map(found.map(bodyFrom).map((body) => [body.id, body.endpointId]));
      }),
  };
}
