import * as z from "zod";
import { NotFound } from "../../../lib/core/errors.ts";
import type { IncidentLog, IncidentQuery } from "../../../lib/core/ports.ts";
import type { ApiDeps } from "../deps.ts";
import { json } from "../http.ts";
import { limitOf, momentSchema, parseQuery, querySchema, wordOf } from "../query.ts";
import type { ApiRoute } from "../route.ts";

const incidentQuery = querySchema({
  open: wordOf(["true", "false"]).optional(),
  endpoint: z.string().max(64).optional(),
  limit: limitOf(500, 50),
  before: momentSchema.optional(),
});

const messageQuery = querySchema({ limit: limitOf(500, 50) });

/** More than start in one tick of one organization's endpoints. */
const TIES_LIMIT = 10_000;

/**
 * One page and where the next begins. Incidents that start in the same tick have the same time, by which pages are
 * divided: such a group is never split, so a page may be shorter, or longer when the group alone exceeds it.
 */
async function pageOf(log: IncidentLog, asked: Omit<IncidentQuery, "limit">, limit: number) {
  const found = await log.list({ ...asked, limit: limit + 1 });
  const beyond = found[limit];
  if (beyond === undefined) return { incidents: found, next: null };
  const whole = found.filter(({ startedAt }) => startedAt > beyond.startedAt);
  if (whole.length > 0) return { incidents: whole, next: { before: beyond.startedAt + 1 } };
  const group = await log.list({ ...asked, limit: TIES_LIMIT });
  return {
    incidents: group.filter(({ startedAt }) => startedAt === beyond.startedAt),
    next: { before: beyond.startedAt },
  };
}

/** `GET /v1/incidents`, `GET /v1/incidents/{id}` and `GET /v1/messages`: what happened and what was said about it. */
export function incidentRoutes({ incidents }: ApiDeps): ApiRoute[] {
  return [
    {
      method: "GET",
      path: "/v1/incidents",
      answer: async ({ org, query }) => {
        const { open, endpoint, limit, before } = parseQuery(incidentQuery, query);
        const asked = {
          org,
          ...(endpoint === undefined ? {} : { endpointId: endpoint }),
          ...(open === undefined ? {} : { open: open === "true" }),
          ...(before === undefined ? {} : { before }),
        };
        return json(200, await pageOf(incidents, asked, limit));
      },
    },
    {
      method: "GET",
      path: "/v1/incidents/{id}",
      answer: async ({ org, param }) => {
        const incident = await incidents.get(org, param("id"));
        if (incident === null) throw new NotFound(`There is no incident ${param("id")}.`);
        return json(200, incident);
      },
    },
    {
      method: "GET",
      path: "/v1/messages",
      answer: async ({ org, query }) =>
        json(200, { messages: await incidents.messages(org, parseQuery(messageQuery, query).limit) }),
    },
  ];
}
