/** What a person could tell afterwards: which messages came, about what, how often. */
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

/** What went into dead letters anywhere: a fault that was survived leaves none. */
export const deadLettersOf = ({ box }: Installation): string[] =>
  box.sqs
    .all()
    .filter(({ name }) => name.endsWith("-dead"))
    .flatMap(({ name, messages }) => messages.map(({ body }) => `${name}: ${body}`));
