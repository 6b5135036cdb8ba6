import { renderEndpoint } from "../../lib/core/endpoint/schema.ts";
import type { StoredEndpoint } from "../../lib/core/ports.ts";
import type { VerdictView } from "./verdicts.ts";

/**
 * An endpoint as the API shows it: `endpoint` is what a PUT takes, in the words people write; the rest is about it.
 * Secrets stay references (`${NAME}`).
 */
export const endpointView = (
  { endpoint, origin, version }: StoredEndpoint,
  status: VerdictView | undefined,
) => ({
  endpoint: renderEndpoint(endpoint),
  origin,
  version,
  status: status ?? null,
});
