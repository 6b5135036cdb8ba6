import { randomUUID } from "node:crypto";
import type { BoxClock } from "../clock.ts";
import { RefusedCall } from "../wire.ts";

export interface QueueOptions {
  region: string;
  name: string;
  /** How long a received message is hidden; 30 s by default. */
  visibilityMs?: number;
  /** How long a message is kept at all; for ever by default. */
  retentionMs?: number;
  /** Where a message goes that was received so often without being deleted. */
  deadLetters?: { queue: Queue; maxReceives: number };
}

export interface Message {
  id: string;
  body: string;
  /** Epoch ms. */
  sentAt: number;
  /** Epoch ms: until then nobody receives it. */
  visibleAt: number;
  receives: number;
  /** Of its latest receipt; empty before the first. */
  receipt: string;
}

/** A standard queue on the box's clock: at least once, in any order a test likes. */
export interface Queue extends Readonly<QueueOptions> {
  /** All that is neither deleted nor a dead letter, hidden or not. */
  readonly messages: readonly Message[];
  /** Throws RefusedCall for what SQS refuses. */
  send(body: string, delayMs?: number): Message;
  /** Hides what it answers. */
  receive(max: number): Message[];
  delete(receipt: string): void;
  hide(receipt: string, ms: number): void;
  /** When the next message can be received, epoch ms; null for none. */
  nextAt(): number | null;
}

const MAX_BYTES = 262_144;
const MAX_DELAY_MS = 900_000;
const VISIBILITY_MS = 30_000;
// XML 1.0's characters, as the SendMessage reference lists them
const ALLOWED = /^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]+$/u;

function check(body: string, delayMs: number): void {
  if (Buffer.byteLength(body) > MAX_BYTES)
    throw new RefusedCall(
      "InvalidParameterValue",
      "One or more parameters are invalid. Reason: Message must be shorter than 262144 bytes.",
    );
  if (!ALLOWED.test(body)) throw new RefusedCall("InvalidMessageContents", "Invalid characters, or none.");
  if (!(delayMs >= 0 && delayMs <= MAX_DELAY_MS && delayMs % 1_000 === 0))
    throw new RefusedCall(
      "InvalidParameterValue",
      `Value ${delayMs / 1_000} for parameter DelaySeconds is invalid.`,
    );
}

export function makeQueue(clock: BoxClock, options: QueueOptions): Queue {
  const messages = new Set<Message>();
  const find = (receipt: string): Message | undefined =>
    [...messages].find((message) => message.receipt === receipt);

  function toDeadLetters(message: Message): boolean {
    const { deadLetters } = options;
    if (deadLetters === undefined || message.receives < deadLetters.maxReceives) return false;
    messages.delete(message);
    deadLetters.queue.send(message.body);
    return true;
  }

  function take(message: Message): Message {
    message.receives++;
    message.receipt = randomUUID();
    message.visibleAt = clock.now() + (options.visibilityMs ?? VISIBILITY_MS);
    return { ...message };
  }

  function expire(): void {
    const { retentionMs = Number.POSITIVE_INFINITY } = options;
    for (const message of messages) if (clock.now() - message.sentAt > retentionMs) messages.delete(message);
  }

  return {
    ...options,
    get messages() {
      expire();
      return [...messages];
    },
    send(body, delayMs = 0) {
      check(body, delayMs);
      const sentAt = clock.now();
      const message = {
        id: randomUUID(),
        body,
        sentAt,
        visibleAt: sentAt + delayMs,
        receives: 0,
        receipt: "",
      };
      messages.add(message);
      return message;
    },
    receive(max) {
      expire();
      const visible = [...messages].filter(({ visibleAt }) => visibleAt <= clock.now());
      return visible
        .filter((message) => !toDeadLetters(message))
        .slice(0, max)
        .map(take);
    },
    delete(receipt) {
      const message = find(receipt);
      if (message !== undefined) messages.delete(message);
    },
    hide(receipt, ms) {
      const message = find(receipt);
      if (message !== undefined) message.visibleAt = clock.now() + ms;
    },
    nextAt() {
      expire();
      return messages.size === 0 ? null : Math.min(...[...messages].map(({ visibleAt }) => visibleAt));
    },
  };
}
