import type { Answer, BoxRequest, Refusal } from "./wire.ts";

/** What a request asks for, in IAM's words. */
export interface Target {
  /** `PutItem`, as IAM calls it. */
  action: string;
  /** ARNs of all that is touched; an address where there is no ARN. */
  resources: string[];
  /** Partition keys of the items that are touched. */
  leadingKeys?: string[];
}

export interface Ordered extends BoxRequest {
  target: Target;
  /** Where the resources are. */
  region: string;
  /** Every second entry of the batch is not done and said to be so, as far as the service has such an answer. */
  half: boolean;
}

/** One service, as far as Vigie uses it. */
export interface StandIn {
  /** As in IAM's actions: `dynamodb`. */
  service: string;
  /** null: not for this service. */
  recognise(request: BoxRequest): Target | null;
  /** @throws RefusedCall */
  perform(request: Ordered): Answer | Promise<Answer>;
  /** The error in the service's protocol. */
  refuse(refusal: Refusal): Answer;
  refusals: {
    /** Too many requests, as this service says it. */
    throttled: Refusal;
    /** Its own fault. */
    broken: Refusal;
  };
}
