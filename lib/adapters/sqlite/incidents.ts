import type { Incident, SentMessage } from "../../core/incident/incident.ts";
import type { IncidentLog, IncidentQuery } from "../../core/ports.ts";
import { document, number, text } from "./column.ts";
import type { Connection, Row } from "./connection.ts";

type Body = Omit<Incident, "messages">;
type MessageBody = Pick<SentMessage, "kind" | "title" | "deliveries">;

/** How many of its messages an incident in a list carries. */
export const LISTED_MESSAGES = 50;

const messageFrom = (row: Row): SentMessage => ({
  effectId: text(row[0]),
  sentAt: number(row[1]),
  ...document<MessageBody>(row[2]),
});

/** Takes a row of `messages`; the first stays. */
export const ADD_MESSAGE = "INSERT INTO messages VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";

function messageTable(db: Connection) {
  const add = db.query(ADD_MESSAGE);
  const latest = db.query(
    `SELECT effect, sent_at, body FROM messages WHERE org = ? AND incident = ?
     ORDER BY sent_at DESC, effect DESC LIMIT ?`,
  );
  const ofOrg = db.query(
    `SELECT m.effect, m.sent_at, m.body, m.incident, coalesce(i.endpoint, '')
     FROM messages m LEFT JOIN incidents i ON i.org = m.org AND i.id = m.incident
     WHERE m.org = ? ORDER BY m.sent_at DESC, m.effect DESC LIMIT ?`,
  );
  return {
    add(org: string, incidentId: string, { effectId, sentAt, kind, title, deliveries }: SentMessage): void {
      add.run(org, incidentId, effectId, sentAt, JSON.stringify({ kind, title, deliveries }));
    },
    /** Oldest first; all of them unless a limit is given. */
    of: (org: string, incidentId: string, limit = -1): SentMessage[] =>
      latest.all(org, incidentId, limit).map(messageFrom).reverse(),
    ofOrg: (org: string, limit: number) =>
      ofOrg
        .all(org, limit)
        .map((row) => ({ ...messageFrom(row), incidentId: text(row[3]), endpointId: text(row[4]) })),
  };
}

/** Takes a row of `incidents`; the highest revision stays. */
export const PUT_INCIDENT = `INSERT INTO incidents VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET revision = excluded.revision, started_at = excluded.started_at,
    ended_at = excluded.ended_at, body = excluded.body WHERE excluded.revision > revision`;

const listSql = ({ endpointId, open }: IncidentQuery): string =>
  `SELECT body FROM incidents WHERE org = ?1 AND started_at < ?2
   ${endpointId === undefined ? "" : "AND endpoint = ?4"}
   ${open === undefined ? "" : `AND ended_at IS ${open ? "" : "NOT"} NULL`}
   ORDER BY started_at DESC, id DESC LIMIT ?3`;

/**
 * The incident log in SQLite; a message may arrive before its incident. Writes don't wait for the disk: the
 * effects that ask for them are in the alert state until a later write, which does, has cleared them.
 */
export function makeIncidents(db: Connection): IncidentLog {
  const messages = messageTable(db);
  const one = db.query("SELECT body FROM incidents WHERE org = ? AND id = ?");
  const upsert = db.query(PUT_INCIDENT);
  const lists = new Map<string, ReturnType<Connection["query"]>>();

  function listQuery(query: IncidentQuery): ReturnType<Connection["query"]> {
    const sql = listSql(query);
    const prepared = lists.get(sql) ?? db.query(sql);
    lists.set(sql, prepared);
    return prepared;
  }

  const whole = (body: Body, limit?: number): Incident => ({
    ...body,
    messages: messages.of(body.org, body.id, limit),
  });

  return {
    async put({ messages: sent, ...body }) {
      const { org, id, endpointId, revision, startedAt, endedAt } = body;
      db.write(() => {
        upsert.run(org, id, endpointId, revision, startedAt, endedAt, JSON.stringify(body));
        for (const message of sent) messages.add(org, id, message);
      });
    },

    async addMessage(org, incidentId, message) {
      db.write(() => messages.add(org, incidentId, message));
    },

    async get(org, incidentId) {
      return db.read(() => {
        const row = one.get(org, incidentId);
        return row === undefined ? null : whole(document<Body>(row[0]));
      });
    },

    async list(query) {
      const { org, endpointId, limit, before = Number.MAX_SAFE_INTEGER } = query;
      const rest = endpointId === undefined ? [] : [endpointId];
      return db.read(() =>
        listQuery(query)
          .all(org, before, limit, ...rest)
          .map((row) => whole(document<Body>(row[0]), LISTED_MESSAGES)),
      );
    },

    messages: async (org, limit) => db.read(() => messages.ofOrg(org, limit)),
  };
}
