/** The API over real stores in memory, asked as API Gateway asks it. */

import type { ApiDeps, ApiEvent, ApiHandle, ApiResponse } from "../../../functions/api/handle.ts";
import { makeHandle } from "../../../functions/api/handle.ts";
import { openSqlite, type SqliteStores } from "../../../lib/adapters/sqlite/index.ts";
import type { CheckRecord } from "../../../lib/core/check/record.ts";

export const NOW = Date.parse("2026-11-20T12:00:30Z");

export interface Api {
  stores: SqliteStores;
  handle: ApiHandle;
  faults: unknown[];
  setNow(now: number): void;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
}

export interface CallOptions {
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: unknown;
  /** The body as it stands, instead of JSON. */
  raw?: string;
}

export interface Answer {
  status: number;
  headers: Record<string, unknown>;
  /** The parsed body. */
  body: Record<string, unknown>;
  raw: ApiResponse;
}

/** An event in API Gateway's payload format 2.0. */
export function eventOf(method: string, path: string, options: CallOptions = {}): ApiEvent {
  const { query, headers = {}, body, raw } = options;
  const text = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: path,
    rawQueryString: new URLSearchParams(query).toString(),
    headers: { ...(text === undefined ? {} : { "content-type": "application/json" }), ...headers },
    ...(query === undefined ? {} : { queryStringParameters: query }),
    requestContext: {
      accountId: "",
      apiId: "",
      domainName: "localhost",
      domainPrefix: "",
      http: { method, path, protocol: "HTTP/1.1", sourceIp: "127.0.0.1", userAgent: "" },
      requestId: "r-1",
      routeKey: "$default",
      stage: "$default",
      time: "",
      timeEpoch: NOW,
    },
    ...(text === undefined ? {} : { body: text }),
    isBase64Encoded: false,
  };
}

export function makeApi(about: Partial<ApiDeps> = {}): Api {
  const stores = openSqlite(":memory:");
  const faults: unknown[] = [];
  let now = NOW;
  let ids = 0;
  const handle = makeHandle({
    ...stores,
    clock: { now: () => now, sleep: async () => {} },
    newId: () => `id-${++ids}`,
    notifier: { send: async () => [] },
    regions: ["local"],
    version: "1.2.3",
    principal: () => ({ org: "default" }),
    mayUseSecret: () => false,
    configFile: "/etc/vigie.yaml",
    troubles: () => [],
    onFault: (error) => faults.push(error),
    ...about,
  });
  return {
    stores,
    handle,
    faults,
    setNow: (at) => {
      now = at;
    },
    async call(method, path, options) {
      const raw = await handle(eventOf(method, path, options));
      const body: unknown = raw.body ? JSON.parse(raw.body) : {};
      return {
        status: raw.statusCode ?? 0,
        headers: raw.headers ?? {},
        body: body as Record<string, unknown>, // every body of the API is an object
        raw,
      };
    },
  };
}

/** What a check of an endpoint found at a tick. */
export const recordOf = (endpointId: string, scheduledAt: number, ok = true): CheckRecord => ({
  org: "default",
  endpointId,
  region: "local",
  scheduledAt,
  startedAt: scheduledAt,
  outcome: ok ? "ok" : { phase: "connection", type: "tcp.refused", message: "refused" },
  status: ok ? 200 : null,
  dnsMs: 1,
  connectMs: 1,
  tlsMs: null,
  firstByteMs: ok ? 10 : null,
  transferMs: ok ? 1 : null,
  totalMs: 13,
  bytes: 100,
  flags: [],
});
