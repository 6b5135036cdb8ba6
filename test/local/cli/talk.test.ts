/** What the command line says while it works, and asks. */
import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { confirmed } from "../../../local/cli/ask.ts";
import type { CliIo } from "../../../local/cli/io.ts";
import { progressOf } from "../../../local/cli/progress.ts";

interface Talk {
  io: CliIo;
  answer(text: string): void;
  said(): string;
  abort(): void;
}

function talk(isTTY: boolean): Talk {
  const stdin = Object.assign(new PassThrough(), { isTTY });
  const stderr = Object.assign(new PassThrough(), { isTTY });
  let text = "";
  stderr.on("data", (chunk) => {
    text += chunk;
  });
  const stopping = new AbortController();
  // streams as a process has them, as far as asking and telling needs
  const io = {
    stdin,
    stderr,
    stdout: stderr,
    signal: stopping.signal,
    env: {},
    cwd: "/",
  } as unknown as CliIo;
  return {
    io,
    answer: (line) => stdin.write(line),
    said: () => text,
    abort: () => stopping.abort("SIGINT"),
  };
}

describe("a question", () => {
  test.each([
    ["y\n", true],
    ["YES\n", true],
    ["n\n", false],
    ["\n", false],
    ["yesterday\n", false],
  ])("%j", async (line, agreed) => {
    const { io, answer, said } = talk(true);
    answer(line);
    expect(await confirmed("Apply this?", io)).toBe(agreed);
    expect(said()).toContain("Apply this? [y/N]");
  });

  test("Ctrl-C is no", async () => {
    const { io, abort } = talk(true);
    const asked = confirmed("Apply this?", io);
    abort();
    expect(await asked).toBe(false);
  });

  test("is not asked where nobody is", async () => {
    const { io, said } = talk(false);
    expect(await confirmed("Apply this?", io)).toBeNull();
    expect(said()).toBe("");
  });
});

describe("progress", () => {
  const at = (isTTY: boolean, times: readonly [now: number, done: number][]): string => {
    const { io, said } = talk(isTTY);
    let now = 0;
    const progress = progressOf("applying 900 changes:", 900, io, { now: () => now });
    for (const [time, done] of times) {
      now = time;
      progress.at(done);
    }
    progress.end();
    return said();
  };

  test("nothing within a second", () => {
    expect(
      at(true, [
        [0, 1],
        [999, 900],
      ]),
    ).toBe("");
  });

  test("then one line that is written over, and cleared", () => {
    expect(
      at(true, [
        [1_000, 300],
        [1_050, 310],
        [2_100, 600],
      ]),
    ).toBe(
      "\r\u001b[Kapplying 900 changes: 300 of 900, 1 s\r\u001b[Kapplying 900 changes: 600 of 900, 2 s\r\u001b[K",
    );
  });

  test("elsewhere a line every ten seconds", () => {
    expect(
      at(false, [
        [9_999, 1],
        [10_000, 300],
        [19_999, 500],
        [20_500, 600],
      ]),
    ).toBe("applying 900 changes: 300 of 900, 10 s\napplying 900 changes: 600 of 900, 21 s\n");
  });
});
