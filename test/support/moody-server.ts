import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { buffer } from "node:stream/consumers";

/** How a server treats requests. `stored-then-reset`: it does what was asked, and its answer gets lost. */
export type Mood = "well" | "unavailable" | "throttled" | "reset" | "stored-then-reset" | "silent";

export interface Asked {
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface Answered {
  status: number;
  body?: string;
  headers?: Record<string, string>;
}

export interface MoodyServer extends AsyncDisposable {
  url: string;
  mood: Mood;
  /** Every request, whatever became of it. */
  asked: readonly Asked[];
  /** Resolves once `holds` does, looked at after every request. */
  until(holds: () => boolean): Promise<void>;
}

export interface MoodyOptions {
  answer(asked: Asked): Answered;
  unavailable: Answered;
  throttled: Answered;
}

/** A server on loopback that answers as told, or fails as its mood says. */
export async function moodyServer(options: MoodyOptions): Promise<MoodyServer> {
  const asked: Asked[] = [];
  const looks = new Set<() => void>();
  const server = createServer(async (request, response) => {
    const { pathname: path, searchParams: query } = new URL(request.url ?? "/", "http://localhost");
    const one: Asked = { path, query, headers: request.headers, body: await buffer(request) };
    asked.push(one);
    const { mood } = moody;
    const answered = mood === "unavailable" || mood === "throttled" ? options[mood] : answerUnlessAway(one);
    for (const look of looks) look();
    if (mood === "silent") return;
    if (mood === "reset" || mood === "stored-then-reset") return void request.socket.resetAndDestroy();
    response.writeHead(answered.status, answered.headers).end(answered.body);
  });
  const answerUnlessAway = (one: Asked): Answered =>
    moody.mood === "silent" || moody.mood === "reset" ? options.unavailable : options.answer(one);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("a TCP server has a TCP address");
  const moody: MoodyServer = {
    url: `http://127.0.0.1:${address.port}`,
    mood: "well",
    asked,
    until: (holds) =>
      new Promise((resolve) => {
        const look = () => {
          if (!holds()) return;
          looks.delete(look);
          resolve();
        };
        looks.add(look);
        look();
      }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return moody;
}
