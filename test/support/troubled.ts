import type { AlertStore, TroubledEndpoint } from "../../lib/core/ports.ts";

/** Every troubled endpoint, its pages put together. */
export async function troubledIn({ troubled }: Pick<AlertStore, "troubled">): Promise<TroubledEndpoint[]> {
  const found: TroubledEndpoint[] = [];
  for await (const page of troubled()) found.push(...page);
  return found;
}
