import { renderEndpoint, type WrittenEndpoint } from "../../lib/core/endpoint/schema.ts";
import type { StoredEndpoint } from "../../lib/core/ports.ts";
import { hideSecrets } from "./hidden.ts";
import type { VerdictView } from "./verdicts.ts";

/**
 * An endpoint as the API shows it: `endpoint` is what a PUT takes, in the words people write; the rest is about it.
 * References to secrets stay references, secrets in headers are hidden.
 */
export function endpointView(
  { endpoint, origin, version }: StoredEndpoint,
  status: VerdictView | undefined,
): { endpoint: WrittenEndpoint; origin: string; version: number; status: VerdictView | null } {
  const shown = { ...endpoint, headers: hideSecrets(endpoint.headers) };
  return { endpoint: renderEndpoint(shown), origin, version, status: status ?? null };
}
