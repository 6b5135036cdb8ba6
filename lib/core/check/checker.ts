import type { Endpoint } from "../endpoint/endpoint.ts";
import type { Measurement } from "./measurement.ts";

/**
 * Runs checks: paced, measured, and (unless told not to) retried as the endpoint's retry plan says.
 * A target that is down is a Measurement; a rejection is our own fault. Secrets (`${NAME}`) are already resolved.
 */
export interface Checker {
  check(endpoint: Endpoint, options?: { retry?: boolean; signal?: AbortSignal }): Promise<Measurement>;
}
