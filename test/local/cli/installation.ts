/** An installation on loopback: the API as it is shipped, over real HTTP, with tokens where a test wants them. */
import { randomBytes } from "node:crypto";
import type { ApiDeps, ApiEvent, ApiResponse } from "../../../functions/api/handle.ts";
import { makePrincipal } from "../../../functions/api/principal.ts";
import { serve } from "../../../lib/adapters/http/serve.ts";
import { hashToken, newToken } from "../../../lib/adapters/token/token.ts";
import type { TokenStore } from "../../../lib/core/ports.ts";
import { type Api, makeApi } from "../../functions/api/support.ts";
import { memoryTokens } from "../../support/memory-tokens.ts";
import { systemClock } from "../../support/system-clock.ts";

export interface Installation {
  url: string;
  token: string;
  api: Api;
  /** `METHOD /path` of every request, in order. */
  requests: string[];
  /** Answers in the API's place, before it sees the request; null: it may. */
  intercept(by: (event: ApiEvent) => Promise<ApiResponse | null>): void;
  close(): Promise<void>;
}

export async function installation(
  about: Partial<ApiDeps> & { open?: boolean; tokens?: TokenStore } = {},
): Promise<Installation> {
  const { open = false, tokens = memoryTokens(), ...deps } = about;
  const token = newToken(randomBytes);
  await tokens.create(hashToken(token), { org: "default", name: "test", createdAt: 0 });
  const principal = makePrincipal({ tokens, clock: systemClock, hash: hashToken });
  const api = makeApi({
    configFile: null,
    regions: ["eu-west-1", "us-east-1"],
    ...(open ? {} : { principal }),
    ...deps,
  });
  const requests: string[] = [];
  let intercept: (event: ApiEvent) => Promise<ApiResponse | null> = async () => null;
  const host = await serve({
    handler: async (event) => {
      requests.push(`${event.requestContext.http.method} ${event.rawPath}`);
      return (await intercept(event)) ?? api.handle(event);
    },
    host: "127.0.0.1",
    port: 0,
    clock: systemClock,
    newId: () => "request",
    onFault: (error) => api.faults.push(error),
  });
  return {
    url: host.url,
    token,
    api,
    requests,
    intercept: (by) => {
      intercept = by;
    },
    async close() {
      await host.close();
      api.stores.close();
    },
  };
}
