/** How long a client of the AWS SDK waits, and how often it tries. Times in ms. */
export interface Patience {
  /** For a connection; each try has its own. */
  connectMs: number;
  /** For a whole try, the connection included. */
  tryMs: number;
  /** Tries in all; between them the SDK waits longer each time, at random. */
  tries: number;
}

/** Requests of one client that may be on their way at once; the SDK queues those beyond. */
const CONNECTIONS = 50;

/**
 * Options for a client of the AWS SDK: connections are kept, and a server that stalls is given up in time. (A request
 * timeout alone would only print a warning; and it ends with the headers, so a stalled body needs one of its own.)
 */
export function clientOptions(region: string, { connectMs, tryMs, tries }: Patience) {
  const agent = { keepAlive: true, maxSockets: CONNECTIONS };
  return {
    region,
    maxAttempts: tries,
    requestHandler: {
      connectionTimeout: connectMs,
      requestTimeout: tryMs,
      socketTimeout: tryMs,
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: agent,
    },
  };
}
