import { type Channel, fanOut } from "../../lib/adapters/fan-out.ts";
import { makeSmtpNotifier } from "../../lib/adapters/smtp/smtp.ts";
import { makeTerminalNotifier } from "../../lib/adapters/terminal/notifier.ts";
import { makeWebhookNotifier } from "../../lib/adapters/webhook/webhook.ts";
import type { Clock, Notifier } from "../../lib/core/ports.ts";
import type { NotifySettings } from "../settings.ts";
import type { Listener } from "./events.ts";

export interface NotifierDeps {
  clock: Clock;
  listener: Listener;
}

const SHOWN_KEPT = 1_000;

function channelsOf({ webhooks, email }: NotifySettings, clock: Clock): Channel[] {
  const channels = webhooks.map((webhook) => ({
    name: webhook.name,
    notifier: makeWebhookNotifier({ ...webhook, clock }),
  }));
  if (email === null) return channels;
  return [...channels, { name: "email", notifier: makeSmtpNotifier({ ...email, name: "email", clock }) }];
}

/** Shows a message once, however often it is sent because nobody else took it. */
function showingOnce(terminal: Notifier): Notifier {
  const shown = new Set<string>();
  return {
    async send(message) {
      const isNew = message.ids.some((id) => !shown.has(id));
      for (const id of message.ids) shown.add(id);
      for (const id of shown) if (shown.size > SHOWN_KEPT) shown.delete(id);
      return isNew ? terminal.send(message) : [];
    },
  };
}

/**
 * The screen, and every channel that the settings name. Where there are channels the screen does not count as one:
 * a message that none of them took is sent again, although it could be read here.
 */
export function makeLocalNotifier(settings: NotifySettings, { clock, listener }: NotifierDeps): Notifier {
  const show = (title: string) => listener({ kind: "message", title });
  const terminal = showingOnce(makeTerminalNotifier(show, () => clock.now()));
  const channels = channelsOf(settings, clock);
  if (channels.length === 0) return terminal;
  const others = fanOut(channels, {
    clock,
    onFault: (error, channel) => listener({ kind: "fault", error, context: { what: `channel ${channel}` } }),
  });
  return {
    async send(message) {
      const here = await terminal.send(message);
      return [...here, ...(await others.send(message))];
    },
  };
}
