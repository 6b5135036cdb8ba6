import { Unavailable, VigieError } from "../core/errors.ts";
import type { Delivery } from "../core/incident/incident.ts";
import type { Clock, Message, Notifier } from "../core/ports.ts";

export interface Channel {
  /** As shown beside a delivery, and in what is said about it. */
  name: string;
  notifier: Notifier;
}

export interface FanOutOptions {
  clock: Pick<Clock, "now">;
  /** Told of what a channel threw that is no VigieError: its message may hold anything, so it is shown to nobody. */
  onFault(error: unknown, channel: string): void;
}

async function sendTo(channel: Channel, message: Message, options: FanOutOptions): Promise<Delivery[]> {
  try {
    return await channel.notifier.send(message);
  } catch (error) {
    if (!(error instanceof VigieError)) options.onFault(error, channel.name);
    const reason = error instanceof VigieError ? error.message : "a fault of our own; see the log";
    return [{ channel: channel.name, ok: false, error: reason, at: options.clock.now() }];
  }
}

/**
 * Sends to every channel side by side; one that fails holds back no other and is recorded with the reason.
 * Throws Unavailable only when there are channels and every one failed: then nobody was told, and the message
 * is repeated.
 */
export function fanOut(channels: readonly Channel[], options: FanOutOptions): Notifier {
  return {
    send: async (message) => {
      const sent = await Promise.all(channels.map((channel) => sendTo(channel, message, options)));
      const deliveries = sent.flat();
      if (deliveries.length === 0 || deliveries.some(({ ok }) => ok)) return deliveries;
      const reasons = deliveries.map(({ channel, error = "not delivered" }) => `${channel}: ${error}`);
      throw new Unavailable(`No channel took the message (${reasons.join("; ")}).`);
    },
  };
}
