import type { Caller } from "./wire.ts";

/** One call of a stand-in. */
export interface Call {
  /** 1, 2, ... over the whole box. */
  order: number;
  caller: Caller;
  /** The invocation that made it; empty for the test's own calls. */
  invocation: string;
  service: string;
  action: string;
  /** Where the resources are. */
  region: string;
  resources: string[];
  /** Whether it was done, whatever was answered. */
  performed: boolean;
  /** Of the answer; 0 for none. */
  status: number;
}

/** What a call has to be to be meant; what is left out may be anything. */
export interface Where {
  /** Name of the calling function. */
  function?: string;
  /** Region of the caller. */
  from?: string;
  /** One invocation of it. */
  invocation?: string;
  service?: string;
  action?: string;
  /** Region of what is called. */
  region?: string;
  /** End of an ARN, such as `table/ticks`; an index counts as part of its table. */
  resource?: string;
}

const touches = (resources: readonly string[], wanted: string): boolean =>
  resources.some((name) => name.endsWith(wanted) || name.includes(`${wanted}/index/`));

export const matches = (where: Where, call: Call): boolean =>
  (where.function ?? call.caller.name) === call.caller.name &&
  (where.from ?? call.caller.region) === call.caller.region &&
  (where.invocation ?? call.invocation) === call.invocation &&
  (where.service ?? call.service) === call.service &&
  (where.action ?? call.action) === call.action &&
  (where.region ?? call.region) === call.region &&
  (where.resource === undefined || touches(call.resources, where.resource));

/** `dynamodb:PutItem table/ticks`: a call as people name it. */
export const nameOf = ({ service, action, resources }: Call): string =>
  `${service}:${action} ${resources.map((name) => name.replace(/^arn:aws:[^:]*:[^:]*:[^:]*:/, "")).join(" ")}`;
