import type { Endpoint } from "./endpoint.ts";

/** An endpoint nobody wrote, with every default: what a check of our own starts from. It belongs to no customer. */
export const bareEndpoint = (id: string, url: string, about: Partial<Endpoint> = {}): Endpoint => ({
  id,
  org: "vigie",
  url,
  method: "GET",
  headers: {},
  intervalMs: 60_000,
  timeoutMs: 10_000,
  family: "any",
  redirects: 5,
  tls: { verify: true },
  expect: { status: [{ from: 200, to: 399 }], json: [], headers: [] },
  apdexTargetMs: 500,
  alert: {},
  tags: {},
  enabled: true,
  ...about,
});
