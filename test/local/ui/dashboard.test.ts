import { EventEmitter } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { renderDashboard } from "../../../local/ui/dashboard.ts";
import { systemClock } from "../../support/system-clock.ts";
import { type FakeTerminal, fakeTerminal } from "./terminal.ts";
import { type FakeSource, fakeSource, rowsOf } from "./world.ts";

const ENTER_SCREEN = "\u001b[?1049h";
const LEAVE_SCREEN = "\u001b[?1049l";
const SHOW_CURSOR = "\u001b[?25h";
const DOWN = "\u001b[B";

interface Shown {
  terminal: FakeTerminal;
  source: FakeSource;
  host: EventEmitter;
  stop: AbortController;
  quits: string[];
  closed: Promise<void>;
}

const open: Shown[] = [];

function show(
  count: number,
  env: Record<string, string> = { LANG: "C.UTF-8" },
  terminal = fakeTerminal(),
): Shown {
  const source = fakeSource((window) => rowsOf(count, { window, troubled: 3 }));
  const stop = new AbortController();
  const host = new EventEmitter();
  const quits: string[] = [];
  const closed = renderDashboard({
    source,
    clock: systemClock,
    settings: () => ({ recentEveryMs: 3_600_000, hourEveryMs: 3_600_000 }),
    env,
    stdin: terminal.stdin,
    stdout: terminal.stdout,
    stderr: fakeTerminal().stdout,
    host,
    onQuit: (by) => quits.push(by),
    signal: stop.signal,
  });
  const shown = { terminal, source, host, stop, quits, closed };
  open.push(shown);
  return shown;
}

afterEach(async () => {
  for (const { stop, closed } of open.splice(0)) {
    stop.abort();
    await closed.catch(() => undefined);
  }
});

const restored = (terminal: FakeTerminal): boolean => {
  const after = terminal.written().slice(terminal.written().lastIndexOf(ENTER_SCREEN));
  return after.includes(LEAVE_SCREEN) && after.includes(SHOW_CURSOR) && !terminal.isRaw();
};

describe("the dashboard on a terminal", () => {
  it("takes the alternate screen, shows the endpoints, and gives the screen back", async () => {
    const { terminal, stop, closed } = show(5);
    await terminal.until(/Orders 0/);
    expect(terminal.written()).toContain(ENTER_SCREEN);
    expect(terminal.isRaw()).toBe(true);
    stop.abort();
    await closed;
    expect(restored(terminal)).toBe(true);
  });

  it("follows the keys", async () => {
    const { terminal } = show(5);
    await terminal.until(/Payments 3/);
    terminal.press(DOWN);
    await terminal.until(/▌.*Orders 0/);
    terminal.press("/");
    terminal.press("login");
    await terminal.until(/1 found/);
    terminal.press("\r");
    terminal.press("\r");
    await terminal.until(/first byte/);
    terminal.press("?");
    await terminal.until(/Keys/);
  });

  it("draws no endpoint that is not visible, whatever their number", async () => {
    const { terminal } = show(1_000);
    const first = await terminal.until(/of 1000/);
    expect(first.match(/host|Orders \d|Search \d|Login \d|Mail \d/g)?.length).toBeLessThan(30);
    terminal.press("G");
    await terminal.until(/-1000 of 1000/);
  });

  it("redraws only the lines that changed", async () => {
    const { terminal } = show(1_000);
    await terminal.until(/of 1000/);
    terminal.press(DOWN);
    const frame = await terminal.until(/▌.*Orders 0/);
    expect(frame).not.toContain("Payments 3");
  });

  it("fills a terminal of another size after it was resized", async () => {
    const { terminal } = show(1_000);
    await terminal.until(/1-18 of 1000/);
    terminal.resize(180, 50);
    await terminal.until(/past hour(.|\n)*1-43 of 1000/);
    terminal.resize(60, 12);
    await terminal.until(/of 1000/);
  });

  it("quits by q and by Ctrl-C, once", async () => {
    for (const [key, by] of [
      ["q", "q"],
      ["\u0003", "Ctrl-C"],
    ] as const) {
      const { terminal, quits, closed } = show(5);
      await terminal.until(/Orders 0/);
      terminal.press(key);
      await closed;
      expect(quits).toEqual([by]);
      expect(restored(terminal)).toBe(true);
    }
  });

  it("gives the screen back before the trace of a crash is printed", async () => {
    const { terminal, host, closed } = show(5);
    await terminal.until(/Orders 0/);
    host.emit("uncaughtExceptionMonitor", new Error("a bug"));
    expect(restored(terminal)).toBe(true);
    await closed;
    expect(host.listenerCount("uncaughtExceptionMonitor")).toBe(0);
  });

  it("gives the screen back when drawing fails, and says why", async () => {
    const { terminal, source, closed } = show(5);
    await terminal.until(/Orders 0/);
    // A row that the types don't allow, as a bug would make one.
    source.state = { ...source.state, troubles: [null as unknown as string] };
    source.tell("status");
    await expect(closed).rejects.toThrow();
    expect(restored(terminal)).toBe(true);
  });
});

describe("what comes from outside", () => {
  it("never reaches the terminal as a command", async () => {
    const { terminal, source, stop, closed } = show(2);
    await terminal.until(/Orders 0/);
    source.state = {
      ...source.state,
      events: [{ at: 0, text: "a\u001b[2Jb\u001b]0;owned\u0007c" }],
    };
    source.tell("status");
    terminal.press("e");
    await terminal.until(/events since the start/);
    stop.abort();
    await closed;
    expect(terminal.written()).not.toContain("\u001b]0;");
    expect(terminal.written()).not.toContain("\u0007");
  });

  it("is colourless under NO_COLOR, and plain ASCII without UTF-8", async () => {
    const { terminal } = show(12, { LANG: "C", NO_COLOR: "1" });
    const frame = await terminal.until(/Tokyo/);
    const withoutEscape = frame.replaceAll("\u001b", "");
    expect(withoutEscape).not.toMatch(/\[[349]\dm/);
    expect(withoutEscape).toMatch(/^[\x20-\x7e\s]*$/);
    expect(frame).toContain("X down");
  });
});
