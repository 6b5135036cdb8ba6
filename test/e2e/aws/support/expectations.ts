/** What people and operators can tell afterwards. */
import type { Incident } from "../../../../lib/core/incident/incident.ts";
import type { Invocation } from "../../../aws-box/runner/deployed.ts";
import type { Published } from "../../../aws-box/services/sns.ts";
import { type Installation, ORG } from "./installation.ts";

/** First words of every message: `Website X is down` without its figures. */
export const told = (messages: readonly Published[]): string[] =>
  messages.map(({ message }) => /^[^\n]*? is [a-z]+/.exec(message)?.[0] ?? message.split("\n")[0] ?? "");

export const incidentsOf = (vigie: Installation, endpointId?: string): Promise<Incident[]> =>
  vigie.stores.incidents.list({ org: ORG, limit: 1_000, ...(endpointId !== undefined && { endpointId }) });

/** The effects a message carries out. */
export const idsOf = ({ attributes }: Published): string[] =>
  // what SNS takes for a String.Array
  JSON.parse(attributes["ids"] ?? "[]") as string[];

/** Invocations that did not answer, as text for a failing test. */
export const failedOf = (invocations: readonly Invocation[]): string[] =>
  invocations.flatMap(({ outcome }) => (outcome.kind === "answered" ? [] : [JSON.stringify(outcome)]));

const deadLetters = ({ box }: Installation) =>
  box.sqs
    .all()
    .filter(({ name }) => name.endsWith("DeadLetters"))
    .flatMap(({ name, region, messages }) =>
      messages.map(({ body }) => ({ body, queue: `${name} in ${region}` })),
    );

const isEvent = ({ body }: { body: string }): boolean => body.startsWith('{"requestPayload"');

/** Messages of queues that were given up: a fault that was survived leaves none. */
export const deadLettersOf = (vigie: Installation): string[] =>
  deadLetters(vigie)
    .filter((letter) => !isEvent(letter))
    .map(({ queue, body }) => `${queue}: ${body}`);

/** Events that a function did not live to answer: operators are told, and the next minute makes good for it. */
export const lostEventsOf = (vigie: Installation): string[] =>
  deadLetters(vigie)
    .filter(isEvent)
    .map(({ queue, body }) => `${queue}: ${body}`);
