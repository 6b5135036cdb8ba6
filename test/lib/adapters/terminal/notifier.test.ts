import { describe, expect, it } from "vitest";
import { makeTerminalNotifier, oneLine } from "../../../../lib/adapters/terminal/notifier.ts";
import type { Message } from "../../../../lib/core/ports.ts";

const message = (ids: string[], title: string, body: string): Message => ({
  org: "default",
  kind: "down",
  title,
  body,
  websites: ids,
  ids,
  at: 0,
});

async function written(sent: Message): Promise<string[]> {
  const lines: string[] = [];
  await makeTerminalNotifier(
    (line) => lines.push(line),
    () => 7,
  ).send(sent);
  return lines;
}

describe("the terminal as a channel", () => {
  it("shows the first line of a message", async () => {
    expect(await written(message(["a"], "Website a is down.", "Regions:\n  local: failing"))).toEqual([
      "Website a is down.",
    ]);
  });

  it("shows the line of every website of a digest", async () => {
    const body = "Website a is down. (tcp.refused)\nWebsite b is down. (tcp.reset)";
    expect(await written(message(["a", "b"], "2 websites are down: a, b", body))).toEqual(body.split("\n"));
  });

  it("lets no name move the cursor or hide a line", async () => {
    expect(oneLine("a\u001b[2Jb\r\nc\u202ed")).toBe("a [2Jb  c d");
  });

  it("answers that it was delivered", async () => {
    const notifier = makeTerminalNotifier(
      () => undefined,
      () => 7,
    );
    expect(await notifier.send(message(["a"], "t", "b"))).toEqual([{ channel: "terminal", ok: true, at: 7 }]);
  });
});
