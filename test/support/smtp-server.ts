/** A small real mail server on loopback that takes mail, or refuses it at the step a test names. */
import { once } from "node:events";
import { createServer, type Socket } from "node:net";

export type SmtpStep = "connect" | "EHLO" | "AUTH" | "MAIL" | "RCPT" | "DATA" | "message";

export interface SmtpRules {
  /** The reply to send at a step instead of the friendly one: `silence`, `hang up`, or a line such as `550 no`. */
  reply?(step: SmtpStep, argument: string, connection: number): string | null;
}

export interface Mail {
  from: string;
  to: string[];
  headers: Map<string, string[]>;
  text: string;
}

export interface SmtpServer {
  port: number;
  connections: number;
  mails: Mail[];
  /** Commands as received, all connections together. */
  commands: string[];
  close(): Promise<void>;
}

const FRIENDLY: Record<SmtpStep, string> = {
  connect: "220 mail.test ESMTP",
  EHLO: "250-mail.test\r\n250 AUTH PLAIN",
  AUTH: "235 welcome",
  MAIL: "250 ok",
  RCPT: "250 ok",
  DATA: "354 go on",
  message: "250 queued",
};

function parseMail(raw: string, from: string, to: string[]): Mail {
  const end = raw.indexOf("\r\n\r\n");
  const headers = new Map<string, string[]>();
  for (const line of raw
    .slice(0, end)
    .replaceAll(/\r\n[ \t]+/g, " ")
    .split("\r\n")) {
    const [name = "", ...value] = line.split(": ");
    const key = name.toLowerCase();
    headers.set(key, [...(headers.get(key) ?? []), value.join(": ")]);
  }
  return { from, to, headers, text: raw.slice(end + 4) };
}

/** The dialogue on one connection: lines in, replies out. */
function talk(socket: Socket, server: SmtpServer, rules: SmtpRules, connection: number): void {
  let mail = { from: "", to: [] as string[] };
  let data: string[] | null = null;
  const answer = (step: SmtpStep, argument: string) => {
    const reply = rules.reply?.(step, argument, connection) ?? FRIENDLY[step];
    if (reply === "hang up") socket.destroy();
    else if (reply !== "silence") socket.write(`${reply}\r\n`);
    return reply;
  };
  const steps: Record<string, (argument: string) => void> = {
    EHLO: (argument) => answer("EHLO", argument),
    AUTH: (argument) => answer("AUTH", argument),
    MAIL: (argument) => {
      mail = { from: argument, to: [] };
      answer("MAIL", argument);
    },
    RCPT: (argument) => {
      if (answer("RCPT", argument).startsWith("250")) mail.to.push(argument);
    },
    DATA: (argument) => {
      if (answer("DATA", argument).startsWith("354")) data = [];
    },
    QUIT: () => socket.end("221 bye\r\n"),
  };
  const command = (line: string) => {
    server.commands.push(line);
    const [verb = "", ...rest] = line.split(" ");
    const step = steps[verb.toUpperCase()];
    if (step === undefined) socket.write("502 unknown\r\n");
    else step(rest.join(" "));
  };
  const onLine = (line: string) => {
    if (data === null) return command(line);
    if (line !== ".") return data.push(line.startsWith(".") ? line.slice(1) : line);
    const raw = data.join("\r\n");
    data = null;
    if (answer("message", raw).startsWith("250")) server.mails.push(parseMail(raw, mail.from, mail.to));
  };
  let rest = "";
  socket.setEncoding("latin1").on("data", (chunk: string) => {
    const lines = `${rest}${chunk}`.split("\r\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  });
  socket.on("error", () => {}); // a client that goes away mid-sentence is part of the tests
  answer("connect", "");
}

export async function startSmtpServer(rules: SmtpRules = {}, host = "127.0.0.1"): Promise<SmtpServer> {
  const sockets = new Set<Socket>();
  const listener = createServer((socket) => {
    sockets.add(socket.on("close", () => sockets.delete(socket)));
    server.connections += 1;
    talk(socket, server, rules, server.connections);
  });
  const server: SmtpServer = {
    port: 0,
    connections: 0,
    mails: [],
    commands: [],
    close: async () => {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, "close");
    },
  };
  listener.listen(0, host);
  await once(listener, "listening");
  const address = listener.address();
  if (address === null || typeof address === "string") throw new Error("not a TCP address");
  server.port = address.port;
  return server;
}
