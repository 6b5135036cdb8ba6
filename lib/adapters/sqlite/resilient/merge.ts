import type { Incident, SentMessage } from "../../../core/incident/incident.ts";
import { LISTED_MESSAGES } from "../incidents.ts";

/** The first of each key. */
export function firsts<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  const found = new Map<string, T>();
  for (const item of items) if (!found.has(keyOf(item))) found.set(keyOf(item), item);
  return [...found.values()];
}

const tickKey = (tick: { endpointId?: string; region: string; scheduledAt: number }): string =>
  `${tick.endpointId ?? ""}\n${tick.scheduledAt}\n${tick.region}`;

/** The disk's come first: for one key the first write wins, and those in memory were written later. */
export const mergedTicks = <T extends { endpointId?: string; region: string; scheduledAt: number }>(
  onDisk: readonly T[],
  inMemory: readonly T[],
): T[] =>
  inMemory.length === 0
    ? [...onDisk]
    : firsts([...onDisk, ...inMemory], tickKey).sort((a, b) => a.scheduledAt - b.scheduledAt);

/** Oldest first, by effect id where they were sent at once: the order in which the store lists them. */
const bySending = (a: SentMessage, b: SentMessage): number =>
  a.sentAt - b.sentAt || (a.effectId < b.effectId ? -1 : 1);

export const mergedMessages = <T extends SentMessage>(onDisk: readonly T[], inMemory: readonly T[]): T[] =>
  firsts([...onDisk, ...inMemory], ({ effectId }) => effectId).sort(bySending);

/** The higher revision, with the messages of both and those that came for it alone. */
export function mergedIncident(
  onDisk: Incident | null,
  inMemory: Incident | null,
  messages: readonly SentMessage[],
): Incident | null {
  const newest = (inMemory?.revision ?? 0) > (onDisk?.revision ?? 0) ? inMemory : onDisk;
  return newest && { ...newest, messages: mergedMessages(onDisk?.messages ?? [], messages) };
}

export const listed = (incident: Incident): Incident => ({
  ...incident,
  messages: incident.messages.slice(-LISTED_MESSAGES),
});
