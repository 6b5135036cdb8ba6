import { expect, test } from "vitest";
import { Unavailable } from "../../../lib/core/errors.ts";
import { makeStatusBoard } from "../../../local/ui/status-board.ts";
import { NOW } from "./world.ts";

const board = () => makeStatusBoard({ now: () => NOW });
const disk = new Unavailable("disk full");
const none = { added: [], changed: [], removed: [] };

test("what is wrong lasts until it is over, the gravest first", () => {
  const { listener, status } = board();
  listener({ kind: "reload-failed", error: new Error("line 3") });
  listener({ kind: "own-network", up: false, since: NOW });
  listener({
    kind: "store",
    trouble: { kind: "began", at: NOW, cause: disk, message: "Nothing can be recorded." },
  });
  expect(status().troubles.map((text) => text.split(/[ :!]/, 1)[0])).toEqual(["NOT", "OUR", "configuration"]);
  listener({ kind: "store", trouble: { kind: "over", at: NOW, since: NOW, lost: 0, message: "again" } });
  listener({ kind: "own-network", up: true, since: NOW });
  expect(status().troubles).toHaveLength(1);
  listener({ kind: "reloaded", changes: none, endpoints: 1 });
  expect(status().troubles).toEqual([]);
});

test("a sink that is away is a trouble until it is back", () => {
  const { listener, status } = board();
  listener({ kind: "sink", trouble: "began", message: "METRICS WAIT!" });
  listener({ kind: "sink", trouble: "dropping", message: "METRICS ARE LOST!" });
  expect(status().troubles).toEqual(["METRICS ARE LOST!"]);
  listener({ kind: "sink", trouble: "over", message: "metrics are written again" });
  expect(status().troubles).toEqual([]);
});

test("events are kept, the latest first and no more than five hundred; messages are apart", () => {
  const { listener, status } = board();
  listener({ kind: "message", title: "Website a is down." });
  for (let port = 0; port < 600; port++) listener({ kind: "listening", url: `http://127.0.0.1:${port}` });
  expect(status().events).toHaveLength(500);
  expect(status().events[0]).toEqual({ at: NOW, text: "listening on http://127.0.0.1:599" });
  expect(status().messages.map(({ text }) => text)).toEqual(["Website a is down."]);
});

test("subscribers learn what kind of change it was, until they leave", () => {
  const { listener, subscribe } = board();
  const heard: string[] = [];
  const leave = subscribe((change) => heard.push(change));
  listener({ kind: "message", title: "x" });
  listener({ kind: "reloaded", changes: none, endpoints: 0 });
  listener({ kind: "useless-canaries" });
  leave();
  listener({ kind: "useless-canaries" });
  expect(heard).toEqual(["message", "endpoints", "status"]);
});

test("nothing in a name or an error reaches the screen as a command", () => {
  const { listener, status } = board();
  listener({ kind: "started", endpoints: 1, region: "here\u001b[2J", canaries: 1 });
  listener({
    kind: "fault",
    error: new Error("\u001b]0;owned\u0007\nsecond line"),
    context: { what: "tick" },
  });
  const { region, events } = status();
  for (const text of [region, ...events.map((event) => event.text)]) expect(text).not.toMatch(/\p{Cc}/u);
});
