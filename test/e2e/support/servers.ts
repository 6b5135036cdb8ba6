import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

type Answer = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

async function listening(
  answer: Answer,
  host = "127.0.0.1",
  port = 0,
): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => void answer(request, response));
  server.listen(port, host);
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("a TCP server has a TCP address");
  return { server, url: `http://${address.address}:${address.port}/` };
}

function closing(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

/** A website that is well or not, as told. */
export interface Website extends AsyncDisposable {
  url: string;
  /** From now on it answers so. */
  answers(status: number): void;
  /** How many requests it got. */
  hits(): number;
}

export async function makeWebsite(host?: string, port?: number): Promise<Website> {
  let status = 200;
  let hits = 0;
  const { server, url } = await listening(
    (_request, response) => {
      hits++;
      response.writeHead(status).end("hello");
    },
    host,
    port,
  );
  return {
    url,
    answers(next) {
      status = next;
    },
    hits: () => hits,
    [Symbol.asyncDispose]: () => closing(server),
  };
}

export interface Received {
  ids: string[];
  kind: string;
  title: string;
}

/** A receiver of webhooks that can hold an answer back. */
export interface Receiver extends AsyncDisposable {
  url: string;
  /** Everything that arrived, in order. */
  received: readonly Received[];
  /** Whether requests are answered at once (the default) or never. */
  answering(yes: boolean): void;
  /** The first message that fits, arrived already or to come. */
  message(fits: (message: Received) => boolean): Promise<Received>;
  /** Resolves when so many messages of one kind have arrived. */
  count(kind: string, n: number): Promise<void>;
}

export async function makeReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const waiting = new Set<() => void>();
  let answering = true;
  const { server, url } = await listening(async (request, response) => {
    // sent by Vigie itself: ids, kind and title are in every payload
    const message = JSON.parse(await text(request)) as Received;
    received.push(message);
    if (answering) response.writeHead(204).end();
    for (const look of waiting) look();
  });
  const until = <T>(found: () => T | undefined): Promise<T> =>
    new Promise((resolve) => {
      const look = () => {
        const value = found();
        if (value === undefined) return;
        waiting.delete(look);
        resolve(value);
      };
      waiting.add(look);
      look();
    });
  return {
    url,
    received,
    answering(yes) {
      answering = yes;
    },
    message: (fits) => until(() => received.find(fits)),
    count: (kind, n) =>
      until(() => (received.filter((message) => message.kind === kind).length >= n ? true : undefined)).then(
        () => undefined,
      ),
    [Symbol.asyncDispose]: () => closing(server),
  };
}
