import type { Clock } from "../../lib/core/ports.ts";
import type { Listener, VigieEvent } from "../wiring/events.ts";
import { wordsOf } from "../wiring/plain.ts";
import { clean } from "./clean.ts";
import type { InstallationStatus, LoggedEvent, SourceChange } from "./source.ts";

export interface StatusBoard {
  /** To be told of every event. */
  listener: Listener;
  status(): InstallationStatus;
  subscribe(onChange: (change: SourceChange) => void): () => void;
}

/** Things that last, the gravest first. */
const lasting = ["store", "own-network", "reload-failed", "useless-canaries", "sink", "port-taken"] as const;
type Lasting = (typeof lasting)[number];

const KEPT = 500;

const isLasting = (kind: string): kind is Lasting => (lasting as readonly string[]).includes(kind); // widened: a test by value

/** Which lasting trouble an event ends; null: none. */
function endOf(event: VigieEvent): Lasting | null {
  if (event.kind === "reloaded") return "reload-failed";
  if (event.kind === "store" && event.trouble.kind === "over") return "store";
  if (event.kind === "sink" && event.trouble === "over") return "sink";
  return event.kind === "own-network" && event.up ? "own-network" : null;
}

/** Keeps what the events of this process amount to: what is wrong now, and what happened last. */
export function makeStatusBoard(clock: Pick<Clock, "now">): StatusBoard {
  const troubles = new Map<Lasting, string>();
  const events: LoggedEvent[] = [];
  const messages: LoggedEvent[] = [];
  const subscribers = new Set<(change: SourceChange) => void>();
  let region = "";

  function keep(list: LoggedEvent[], entry: LoggedEvent): void {
    list.unshift(entry);
    list.length = Math.min(list.length, KEPT);
  }

  function note(event: VigieEvent): void {
    const text = clean(wordsOf(event));
    const ended = endOf(event);
    if (event.kind === "started") region = clean(event.region);
    if (ended !== null) troubles.delete(ended);
    else if (isLasting(event.kind)) troubles.set(event.kind, text);
    // Canaries that are named anew have their say again.
    if (event.kind === "reloaded") troubles.delete("useless-canaries");
    keep(event.kind === "message" ? messages : events, { at: clock.now(), text });
  }

  const changeOf = ({ kind }: VigieEvent): SourceChange =>
    kind === "message" ? "message" : kind === "reloaded" ? "endpoints" : "status";

  return {
    listener(event) {
      note(event);
      for (const tell of [...subscribers]) tell(changeOf(event));
    },
    status: () => ({
      region,
      troubles: lasting.flatMap((kind) => troubles.get(kind) ?? []),
      events: [...events],
      messages: [...messages],
    }),
    subscribe(onChange) {
      subscribers.add(onChange);
      return () => subscribers.delete(onChange);
    },
  };
}
