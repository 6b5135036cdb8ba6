import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTcpServer, type Server, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import { verify } from "../../../../lib/adapters/webhook/signature.ts";
import { makeWebhookNotifier, type WebhookOptions } from "../../../../lib/adapters/webhook/webhook.ts";
import { InvalidInput, Unavailable } from "../../../../lib/core/errors.ts";
import type { Message } from "../../../../lib/core/ports.ts";
import { recordingClock } from "../../../support/recording-clock.ts";

const NOW = Date.UTC(2026, 10, 20, 12);
const message: Message = {
  org: "default",
  kind: "down",
  title: "Website Shop is down. availability=50.0%, time=2026-11-20T12:00:00Z",
  body: "local: 1 of 2 ok",
  websites: ["Shop"],
  ids: ["shop/1/down"],
  at: NOW,
};

interface Received {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingMessage["headers"];
  body: string;
}

const open: { server: Server; sockets: Set<Socket> }[] = [];
afterEach(async () => {
  for (const { server, sockets } of open.splice(0)) {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, "close");
  }
});

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket.on("close", () => sockets.delete(socket))));
  open.push({ server, sockets });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not a TCP address");
  return address.port;
}

/** A receiver that answers as told; `before` counts the requests received earlier. */
async function receiver(answer: (response: ServerResponse, before: number) => void) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const before = received.length;
    const { method, url, headers } = request;
    received.push({ method, url, headers, body: await text(request) });
    answer(response, before);
  });
  return { received, port: await listen(server) };
}

const answerWith =
  (status: number, headers: Record<string, string> = {}) =>
  (response: ServerResponse) =>
    response.writeHead(status, headers).end();

function notifierFor(port: number, options: Partial<WebhookOptions> = {}) {
  const clock = recordingClock(NOW);
  const url = `http://127.0.0.1:${port}/hook?token=SECRET-IN-URL`;
  return { clock, notifier: makeWebhookNotifier({ name: "chat", url, headers: {}, clock, ...options }) };
}

describe("a webhook", () => {
  it("receives the message as JSON", async () => {
    const { received, port } = await receiver(answerWith(204));
    const { notifier } = notifierFor(port, { headers: { "X-Team": "web" } });
    expect(await notifier.send(message)).toEqual([{ channel: "chat", ok: true, at: NOW }]);
    expect(received).toHaveLength(1);
    const [request] = received;
    expect(request).toMatchObject({ method: "POST", url: "/hook?token=SECRET-IN-URL" });
    expect(request?.headers).toMatchObject({ "content-type": "application/json", "x-team": "web" });
    expect(request?.headers).not.toHaveProperty("x-vigie-signature");
    expect(JSON.parse(request?.body ?? "")).toEqual({
      schema: 1,
      ids: ["shop/1/down"],
      kind: "down",
      title: message.title,
      body: message.body,
      websites: ["Shop"],
      org: "default",
      at: "2026-11-20T12:00:00.000Z",
      text: `${message.title}\n${message.body}`,
    });
  });

  it("receives a signature that it can verify", async () => {
    const { received, port } = await receiver(answerWith(200));
    await notifierFor(port, { secret: "key" }).notifier.send(message);
    const body = received[0]?.body ?? "";
    const header = String(received[0]?.headers["x-vigie-signature"]);
    expect(verify({ secret: "key", header, body, now: NOW })).toBe(true);
  });

  it("can't have its content type or signature replaced by configured headers", async () => {
    const { received, port } = await receiver(answerWith(200));
    const headers = { "Content-Type": "text/plain", "X-Vigie-Signature": "forged" };
    await notifierFor(port, { headers, secret: "key" }).notifier.send(message);
    expect(received[0]?.headers["content-type"]).toBe("application/json");
    expect(received[0]?.headers["x-vigie-signature"]).toMatch(/^t=\d+,v1=[0-9a-f]{64}$/);
  });

  it("gets the URL's user info as basic authentication", async () => {
    const { received, port } = await receiver(answerWith(200));
    await notifierFor(port, { url: `http://user:p%40ss@127.0.0.1:${port}/` }).notifier.send(message);
    expect(received[0]?.headers.authorization).toBe(`Basic ${Buffer.from("user:p@ss").toString("base64")}`);
  });

  it.each([408, 425, 429, 500, 502, 503])("is tried again after %d", async (status) => {
    const { received, port } = await receiver((response, before) =>
      answerWith(before < 2 ? status : 200)(response),
    );
    const { notifier, clock } = notifierFor(port);
    expect(await notifier.send(message)).toMatchObject([{ ok: true }]);
    expect(received).toHaveLength(3);
    expect(new Set(received.map(({ body }) => body)).size).toBe(1);
    expect(clock.slept).toEqual([1000, 3000]);
  });

  it.each([400, 401, 404, 410])("is not tried again after %d", async (status) => {
    const { received, port } = await receiver(answerWith(status));
    await expect(notifierFor(port).notifier.send(message)).rejects.toThrow(
      `The webhook took no message: it answered ${status}.`,
    );
    expect(received).toHaveLength(1);
  });

  it("is given up after three tries", async () => {
    const { received, port } = await receiver(answerWith(500));
    await expect(notifierFor(port).notifier.send(message)).rejects.toThrow(Unavailable);
    expect(received).toHaveLength(3);
  });

  it.each([301, 302, 307, 308])("is not followed elsewhere (%d)", async (status) => {
    const elsewhere = await receiver(answerWith(200));
    const { port } = await receiver(answerWith(status, { location: `http://127.0.0.1:${elsewhere.port}/` }));
    await expect(notifierFor(port).notifier.send(message)).rejects.toThrow("redirects are not followed");
    expect(elsewhere.received).toEqual([]);
  });

  it("that answers with an endless body is none the worse for it", async () => {
    const { port } = await receiver((response) => {
      const more = () => {
        while (!response.destroyed && response.write("x".repeat(65_536)));
      };
      response.on("drain", more);
      more();
    });
    expect(await notifierFor(port).notifier.send(message)).toMatchObject([{ ok: true }]);
  });

  it("that never answers is waited for no longer than told", async () => {
    const { received, port } = await receiver(() => {});
    const { notifier } = notifierFor(port, { timeoutMs: 50 });
    await expect(notifier.send(message)).rejects.toThrow("it did not answer in time");
    expect(received).toHaveLength(3);
  });

  it("that sends endless headers is cut off", async () => {
    const server = createTcpServer((socket) => {
      socket.on("error", () => {});
      socket.write("HTTP/1.1 200 OK\r\n");
      const more = () => {
        while (!socket.destroyed && socket.write(`x-header: ${"x".repeat(8192)}\r\n`));
      };
      socket.on("drain", more);
      more();
    });
    const port = await listen(server);
    await expect(notifierFor(port).notifier.send(message)).rejects.toThrow("UND_ERR_HEADERS_OVERFLOW");
  });

  it("that hangs up is tried again", async () => {
    let connections = 0;
    const server = createServer((_, response) => response.end());
    server.prependListener("connection", (socket: Socket) => {
      connections += 1;
      if (connections < 3) socket.resetAndDestroy();
    });
    const port = await listen(server);
    expect(await notifierFor(port).notifier.send(message)).toMatchObject([{ ok: true }]);
    expect(connections).toBe(3);
  });

  it("keeps the URL, its token and the secret out of errors", async () => {
    const server = createTcpServer();
    const port = await listen(server);
    server.close();
    await once(server, "close");
    open.pop();
    const { notifier } = notifierFor(port, {
      secret: "SIGNING-KEY",
      headers: { authorization: "Bearer TOKEN" },
    });
    const error: unknown = await notifier.send(message).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Unavailable);
    expect(String(error)).toBe("Unavailable: The webhook took no message: no answer (ECONNREFUSED).");
    expect(error).not.toHaveProperty("cause"); // undici's holds the address
  });

  it.each(["", "chat.example", "ftp://chat.example/", "file:///etc/passwd"])(
    "with the URL %j is refused at once",
    (url) => {
      expect(() => notifierFor(1, { url })).toThrow(InvalidInput);
    },
  );
});
