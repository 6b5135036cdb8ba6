/** A small real name server on loopback UDP, whose answers a test decides one by one. */
import { createSocket, type RemoteInfo } from "node:dgram";
import { once } from "node:events";
import { isIPv4 } from "node:net";

export interface Question {
  /** Lower case, without the trailing dot. */
  name: string;
  type: "A" | "AAAA" | "other";
  /** How often this name and type was asked before: 0 at first. */
  before: number;
}

/** What to answer. `drop`: never; `raw`: these bytes after the id. */
export type Reply =
  | { addresses: string[]; delayMs?: number }
  | { rcode: number; delayMs?: number }
  | { raw: Buffer }
  | "drop";

export const RCODE = { formerr: 1, servfail: 2, nxdomain: 3, notimp: 4, refused: 5 } as const;

export interface DnsServer {
  /** `127.0.0.1:port`, as `setServers` takes it. */
  address: string;
  port: number;
  questions: Question[];
  close(): Promise<void>;
}

const TYPES: Record<number, Question["type"]> = { 1: "A", 28: "AAAA" };
const HEADER = 12;

interface Parsed {
  name: string;
  type: Question["type"];
  /** Offset after the question section. */
  end: number;
}

function parse(query: Buffer): Parsed {
  const labels: string[] = [];
  let at = HEADER;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += length + 1;
  }
  const type = TYPES[query.readUInt16BE(at + 1)] ?? "other";
  return { name: labels.join(".").toLowerCase(), type, end: at + 5 };
}

function ipv6Bytes(address: string): Buffer {
  const [head = "", tail] = address.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? [] : Array<string>(8 - left.length - right.length).fill("0");
  const words = [...left, ...zeros, ...right].map((word) => Number.parseInt(word, 16));
  return Buffer.from(words.flatMap((word) => [word >> 8, word & 0xff]));
}

function record(address: string): Buffer {
  const data = isIPv4(address) ? Buffer.from(address.split(".").map(Number)) : ipv6Bytes(address);
  const type = isIPv4(address) ? 1 : 28;
  return Buffer.concat([Buffer.from([0xc0, HEADER, 0, type, 0, 1, 0, 0, 0, 60, 0, data.length]), data]);
}

function encode(query: Buffer, end: number, reply: Exclude<Reply, "drop">): Buffer {
  const id = query.subarray(0, 2);
  if ("raw" in reply) return Buffer.concat([id, reply.raw]);
  const records = "addresses" in reply ? reply.addresses.map(record) : [];
  const rcode = "rcode" in reply ? reply.rcode : 0;
  const header = Buffer.from([0x81, 0x80 | rcode, 0, 1, 0, records.length, 0, 0, 0, 0]);
  return Buffer.concat([id, header, query.subarray(HEADER, end), ...records]);
}

/** Starts a name server that answers as `answer` says; records of the wrong type are the caller's doing. */
export async function startDnsServer(answer: (question: Question) => Reply): Promise<DnsServer> {
  const socket = createSocket({ type: "udp4", recvBufferSize: 4 << 20, sendBufferSize: 4 << 20 });
  const questions: Question[] = [];
  const asked = new Map<string, number>();
  const timers = new Set<NodeJS.Timeout>();

  const send = (message: Buffer, to: RemoteInfo) => socket.send(message, to.port, to.address);
  const later = (message: Buffer, to: RemoteInfo, delayMs: number) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      send(message, to);
    }, delayMs);
    timers.add(timer);
  };

  socket.on("message", (query, from) => {
    const { name, type, end } = parse(query);
    const key = `${type} ${name}`;
    const before = asked.get(key) ?? 0;
    asked.set(key, before + 1);
    const question = { name, type, before };
    questions.push(question);
    const reply = answer(question);
    if (reply === "drop") return;
    const message = encode(query, end, reply);
    if ("delayMs" in reply && reply.delayMs !== undefined) later(message, from, reply.delayMs);
    else send(message, from);
  });

  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  return {
    address: `127.0.0.1:${port}`,
    port,
    questions,
    close: async () => {
      for (const timer of timers) clearTimeout(timer);
      socket.close();
      await once(socket, "close");
    },
  };
}
