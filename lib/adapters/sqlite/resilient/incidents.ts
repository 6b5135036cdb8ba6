import type { Incident, SentMessage } from "../../../core/incident/incident.ts";
import type { IncidentLog, IncidentQuery } from "../../../core/ports.ts";
import type { SqliteStores } from "../open.ts";
import { firsts, listed, mergedIncident } from "./merge.ts";
import type { Recorder } from "./recorder.ts";

const ALL = Number.MAX_SAFE_INTEGER;

const isAsked = ({ endpointId, open, before = ALL }: IncidentQuery, incident: Incident): boolean =>
  (endpointId === undefined || incident.endpointId === endpointId) &&
  (open === undefined || (incident.endedAt === null) === open) &&
  incident.startedAt < before;

const latestFirst = (a: Incident, b: Incident): number => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1);

/** Memory is read before the disk everywhere: what moves in between is seen twice rather than never. */
export function resilientIncidents(recorder: Recorder, memory: SqliteStores): IncidentLog {
  async function messagesInMemory(org: string, incidentId: string): Promise<SentMessage[]> {
    const all = await memory.incidents.messages(org, ALL);
    return all
      .filter((message) => message.incidentId === incidentId)
      .map(({ incidentId: _, endpointId: __, ...message }) => message);
  }

  async function get(org: string, incidentId: string): Promise<Incident | null> {
    const inMemory = await memory.incidents.get(org, incidentId);
    const messages = await messagesInMemory(org, incidentId);
    const onDisk = await recorder.read((disk) => disk.incidents.get(org, incidentId), null);
    return mergedIncident(onDisk, inMemory, messages);
  }

  /** Incidents that memory knows something of, whole. */
  async function touched(org: string): Promise<Incident[]> {
    const changed = await memory.incidents.list({ org, limit: ALL });
    const messages = await memory.incidents.messages(org, ALL);
    const ids = new Set([...changed.map(({ id }) => id), ...messages.map(({ incidentId }) => incidentId)]);
    const found = await Promise.all([...ids].map((id) => get(org, id)));
    return found.flatMap((incident) => incident ?? []);
  }

  return {
    get,
    put: (incident) =>
      recorder.record(
        (disk) => disk.stores.incidents.put(incident),
        () => memory.incidents.put(incident),
      ),
    addMessage: (org, incidentId, message) =>
      recorder.record(
        (disk) => disk.stores.incidents.addMessage(org, incidentId, message),
        () => memory.incidents.addMessage(org, incidentId, message),
      ),

    async list(query) {
      const inMemory = await touched(query.org);
      const known = new Set(inMemory.map(({ id }) => id));
      const limit = query.limit + inMemory.length; // as many of the disk's may turn out to be older versions
      const onDisk = await recorder.read((disk) => disk.incidents.list({ ...query, limit }), []);
      return [
        ...inMemory.filter((incident) => isAsked(query, incident)),
        ...onDisk.filter(({ id }) => !known.has(id)),
      ]
        .sort(latestFirst)
        .slice(0, query.limit)
        .map(listed);
    },

    async messages(org, limit) {
      const inMemory = await memory.incidents.messages(org, ALL);
      const onDisk = await recorder.read((disk) => disk.incidents.messages(org, limit), []);
      const all = firsts([...onDisk, ...inMemory], ({ incidentId, effectId }) => `${incidentId}\n${effectId}`)
        .sort((a, b) => b.sentAt - a.sentAt || (a.effectId < b.effectId ? 1 : -1))
        .slice(0, limit);
      return Promise.all(
        all.map(async (message) =>
          message.endpointId === ""
            ? { ...message, endpointId: (await get(org, message.incidentId))?.endpointId ?? "" }
            : message,
        ),
      );
    },
  };
}
