import type { MessageKind } from "../../../lib/core/alert/effect.ts";
import { digestTitle } from "../../../lib/core/incident/messages.ts";
import { clean } from "../clean.ts";
import { momentText } from "../format.ts";
import type { Glyphs } from "../glyphs.ts";
import { cell, type Line, type Piece, type Tone, textLine } from "../line.ts";
import type { ShownRow, Snapshot } from "../rows.ts";
import type { LoggedEvent, PastMessage } from "../source.ts";

const tones: Record<MessageKind, Tone> = {
  down: "bad",
  degraded: "warn",
  partial: "warn",
  up: "good",
  reminder: "bad",
  flapping: "warn",
  settled: "good",
  test: "dim",
};

/** Wide enough for a time, or a date and time. */
const MOMENT_WIDTH = 11;

/** A message as it was shown may say in brackets what failed: the log has it without. */
const isLogged = (text: string, titles: ReadonlySet<string>): boolean =>
  titles.has(text) || [...text.matchAll(/ \(/g)].some(({ index }) => titles.has(text.slice(0, index)));

/** Messages that this process showed but that are not in the log (yet, or while the disk fails). */
export function unlogged(shown: readonly LoggedEvent[], logged: readonly PastMessage[]): LoggedEvent[] {
  const titles = new Set(logged.map(({ title }) => title));
  return shown.filter(({ text }) => !isLogged(text, titles));
}

const failedChannels = ({ deliveries }: PastMessage): Piece[] => {
  const failed = deliveries.filter(({ ok }) => !ok).map(({ channel }) => clean(channel));
  return failed.length === 0 ? [] : [{ text: `  not sent: ${failed.join(", ")}`, tone: "bad" }];
};

function lineOf(key: string, at: number, now: number, pieces: Piece[]): Line {
  const time: Piece = { text: ` ${momentText(at, now).padStart(MOMENT_WIDTH)} `, tone: "dim" };
  return { key, cells: [cell(time), { pieces, grow: true }] };
}

const messageLine = (message: PastMessage, i: number, now: number, glyphs: Glyphs): Line =>
  lineOf(`${i}-${message.sentAt}`, message.sentAt, now, [
    { text: `${glyphs.message[message.kind]} `, tone: tones[message.kind] },
    { text: message.title },
    ...failedChannels(message),
  ]);

const eventLine = ({ at, text }: LoggedEvent, i: number, now: number, mark: string): Line =>
  lineOf(`event-${i}-${at}`, at, now, [{ text: `${mark} `, tone: "dim" }, { text }]);

/** Messages that went out as one are one line, named like the message that was sent. */
export function grouped(
  messages: readonly PastMessage[],
  most: number,
  rows: readonly Pick<ShownRow, "id" | "title">[],
): PastMessage[] {
  const groups = [...Map.groupBy(messages, ({ kind, sentAt }) => `${kind} ${sentAt}`).values()].slice(
    0,
    most,
  );
  const names = groups.some(({ length }) => length > 1)
    ? new Map(rows.map((row) => [row.id, row.title]))
    : null;
  return groups.flatMap(([first, ...rest]) => {
    if (first === undefined) return [];
    if (rest.length === 0) return [first];
    const websites = [first, ...rest].map(({ endpointId }) => names?.get(endpointId) ?? endpointId);
    return [{ ...first, title: digestTitle(first.kind, websites) }];
  });
}

const none: Line = textLine("none", {
  text: "  No messages yet. They appear when an endpoint goes down or recovers.",
  tone: "dim",
});

/** The latest few, below the list. */
export function latestMessages(snapshot: Snapshot, most: number, glyphs: Glyphs): Line[] {
  const { messages, status, rows, at } = snapshot;
  const pending = unlogged(status.messages, messages).map((event, i) => eventLine(event, i, at, glyphs.dot));
  const lines = grouped(messages, most, rows).map((message, i) => messageLine(message, i, at, glyphs));
  const all = [...pending, ...lines].slice(0, most);
  return all.length === 0 ? [none] : all;
}

/** Every message of the past, each by itself. */
export function messageLines({ messages, status, at }: Snapshot, glyphs: Glyphs): Line[] {
  const pending = unlogged(status.messages, messages).map((event, i) => eventLine(event, i, at, glyphs.dot));
  const lines = messages.map((message, i) => messageLine(message, i, at, glyphs));
  return pending.length + lines.length === 0 ? [none] : [...pending, ...lines];
}

/** What happened since the start: checks that turned, reloads, faults of our own. */
export function eventLines({ status, at }: Snapshot, glyphs: Glyphs): Line[] {
  const lines = status.events.map((event, i) => eventLine(event, i, at, glyphs.dot));
  return lines.length === 0 ? [textLine("none", { text: "  Nothing happened yet.", tone: "dim" })] : lines;
}
