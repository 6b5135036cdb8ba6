import { describe, expect, it } from "vitest";
import { fanOut } from "../../../lib/adapters/fan-out.ts";
import { Unavailable } from "../../../lib/core/errors.ts";
import type { Message, Notifier } from "../../../lib/core/ports.ts";
import { recordingClock } from "../../support/recording-clock.ts";

const NOW = 1_700_000_000_000;
const message: Message = {
  org: "default",
  kind: "down",
  title: "t",
  body: "b",
  websites: [],
  ids: ["e"],
  at: NOW,
};

const working = (channel: string): Notifier => ({ send: async () => [{ channel, ok: true, at: NOW }] });
const failing = (error: unknown): Notifier => ({
  send: async () => {
    throw error;
  },
});

function setUp(notifiers: Record<string, Notifier>) {
  const faults: [unknown, string][] = [];
  const channels = Object.entries(notifiers).map(([name, notifier]) => ({ name, notifier }));
  const onFault = (error: unknown, channel: string) => faults.push([error, channel]);
  return { faults, notifier: fanOut(channels, { clock: recordingClock(NOW), onFault }) };
}

describe("fan-out", () => {
  it("has one delivery for each channel", async () => {
    const { notifier } = setUp({ a: working("a"), b: working("b") });
    expect(await notifier.send(message)).toEqual([
      { channel: "a", ok: true, at: NOW },
      { channel: "b", ok: true, at: NOW },
    ]);
  });

  it("sends to all although one fails, and keeps the reason", async () => {
    const { notifier, faults } = setUp({ a: failing(new Unavailable("It is full.")), b: working("b") });
    expect(await notifier.send(message)).toEqual([
      { channel: "a", ok: false, error: "It is full.", at: NOW },
      { channel: "b", ok: true, at: NOW },
    ]);
    expect(faults).toEqual([]);
  });

  it("throws only when all failed, so that the message is repeated", async () => {
    const { notifier } = setUp({
      a: failing(new Unavailable("It is full.")),
      b: failing(new Unavailable("Gone.")),
    });
    await expect(notifier.send(message)).rejects.toThrow(
      new Unavailable("No channel took the message (a: It is full.; b: Gone.)."),
    );
  });

  it("takes a failed delivery for what it is", async () => {
    const half: Notifier = { send: async () => [{ channel: "a", ok: false, error: "no", at: NOW }] };
    await expect(setUp({ a: half }).notifier.send(message)).rejects.toThrow(
      "No channel took the message (a: no).",
    );
  });

  it("shows nobody the words of an unexpected error, but reports it", async () => {
    const bug = new TypeError("token=SECRET");
    const { notifier, faults } = setUp({ a: failing(bug), b: working("b") });
    const [delivery] = await notifier.send(message);
    expect(delivery?.error).toBe("a fault of our own; see the log");
    expect(faults).toEqual([[bug, "a"]]);
  });

  it("without channels sends nothing and complains of nothing", async () => {
    expect(await setUp({}).notifier.send(message)).toEqual([]);
  });
});
