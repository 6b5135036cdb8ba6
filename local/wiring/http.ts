import { randomUUID } from "node:crypto";
import { type ApiHandle, makeHandle as makeApi } from "../../functions/api/handle.ts";
import { type HttpHost, serve } from "../../lib/adapters/http/serve.ts";
import type { StorePorts } from "../../lib/adapters/sqlite/index.ts";
import { Unavailable } from "../../lib/core/errors.ts";
import type { Clock } from "../../lib/core/ports.ts";
import { LOCAL_ORG, type Settings } from "../settings.ts";
import type { Listener } from "./events.ts";
import { makeLocalNotifier } from "./notifier.ts";

export interface LocalHttpDeps {
  stores: StorePorts;
  clock: Clock;
  listener: Listener;
  version: string;
  port: number;
  configFile: string | null;
  /** The settings in force. */
  settings(): Settings;
  /** What is wrong now, one line each. */
  troubles(): readonly string[];
}

/** Only this machine may ask: the API has no users yet. */
const HOST = "127.0.0.1";

/** The handler for the settings in force: a reload may name another region. */
function currentApi(deps: LocalHttpDeps): ApiHandle {
  const { stores, clock, listener, version, configFile } = deps;
  let made: { region: string; handle: ApiHandle } | null = null;
  return (event, context) => {
    const { region } = deps.settings();
    if (made?.region !== region)
      made = {
        region,
        handle: makeApi({
          ...stores,
          clock,
          newId: randomUUID,
          notifier: {
            send: (message) => makeLocalNotifier(deps.settings().notify, { clock, listener }).send(message),
          },
          regions: [region],
          version,
          configFile,
          principal: () => ({ org: LOCAL_ORG }),
          mayUseSecret: () => false,
          troubles: () => deps.troubles(),
          onFault: (error, { method, path }) =>
            listener({ kind: "fault", error, context: { what: `${method} ${path}` } }),
        }),
      };
    return made.handle(event, context);
  };
}

/**
 * Serves the API on loopback. Where the port is taken it says so and answers null: watching matters more than being
 * asked about it.
 */
export async function serveLocally(deps: LocalHttpDeps): Promise<HttpHost | null> {
  const { clock, listener, port } = deps;
  try {
    const host = await serve({
      handler: currentApi(deps),
      host: HOST,
      port,
      clock,
      newId: randomUUID,
      onFault: (error) => listener({ kind: "fault", error, context: { what: "HTTP host" } }),
    });
    listener({ kind: "listening", url: host.url });
    return host;
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    listener({ kind: "port-taken", port, reason: error.message });
    return null;
  }
}
