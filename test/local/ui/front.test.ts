import { EventEmitter } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openSqlite } from "../../../lib/adapters/sqlite/index.ts";
import { settingsFromUrls } from "../../../local/config/load.ts";
import { makeFront } from "../../../local/ui/front.ts";
import type { VigieEvent } from "../../../local/wiring/events.ts";
import { systemClock } from "../../support/system-clock.ts";
import { fakeTerminal } from "./terminal.ts";

const listening = (port: number): VigieEvent => ({ kind: "listening", url: `http://127.0.0.1:${port}` });

function arrange() {
  const folder = mkdtempSync(join(tmpdir(), "vigie-front-"));
  const stores = openSqlite(join(folder, "vigie.db"));
  onTestFinished(() => {
    stores.close();
    rmSync(folder, { recursive: true });
  });
  const printed: VigieEvent[] = [];
  const front = makeFront(systemClock, (event) => printed.push(event));
  const screen = fakeTerminal();
  const stop = new AbortController();
  const settings = settingsFromUrls(["https://example.com"]);
  const terminal = { ...screen, stderr: screen.stdout, host: new EventEmitter(), env: { LANG: "C.UTF-8" } };
  const options = {
    terminal,
    stores,
    settings: () => settings,
    signal: stop.signal,
    onQuit: (by: string) => stop.abort(by),
  };
  return { front, printed, screen, stop, options };
}

test("events are lines while there is no dashboard, are on it while it is open, and lines again after it", async () => {
  const { front, printed, screen, stop, options } = arrange();
  front.listener(listening(1));
  const closed = front.show(options);
  await screen.until(/No endpoints yet/);
  front.listener(listening(2));
  screen.press("e");
  await screen.until(/127\.0\.0\.1:2/);
  screen.press("q");
  await closed;
  expect(stop.signal.reason).toBe("q");
  front.listener(listening(3));
  expect(printed).toEqual([listening(1), listening(3)]);
});

test("what is said at the stop is a line already, on the screen that stays", async () => {
  const { front, printed, screen, stop, options } = arrange();
  stop.signal.addEventListener("abort", () => front.listener({ kind: "stopping", reason: "SIGTERM" }));
  const closed = front.show(options);
  await screen.until(/No endpoints yet/);
  stop.abort("SIGTERM");
  await closed;
  expect(printed).toEqual([{ kind: "stopping", reason: "SIGTERM" }]);
  expect(screen.written()).toContain("\u001b[?1049l");
});

test("a dashboard that can't be shown is told, and the lines go on", async () => {
  const { front, printed, options } = arrange();
  const broken = {
    ...options,
    settings: () => {
      throw new Error("no settings");
    },
  };
  await front.show(broken);
  expect(printed).toMatchObject([{ kind: "fault", context: { what: "dashboard" } }]);
  front.listener(listening(4));
  expect(printed).toHaveLength(2);
});
