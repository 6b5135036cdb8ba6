import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Unavailable } from "../../../lib/core/errors.ts";
import { loadConfig } from "../../../local/config/load.ts";
import { watchConfig } from "../../../local/config/watch.ts";
import type { Settings } from "../../../local/settings.ts";
import { systemClock } from "../../support/system-clock.ts";

let folder = "";
let path = "";
let stop: AbortController;
let ended: Promise<void>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "vigie-watch-"));
  path = join(folder, "vigie.yaml");
  stop = new AbortController();
  ended = Promise.resolve();
});

afterEach(async () => {
  stop.abort();
  await ended;
  await rm(folder, { recursive: true });
});

type Event = { ids: string[] } | { error: string };

/** Events one after another: `next` waits for one that may not have come yet. */
function makeEvents() {
  const come: Event[] = [];
  let wake: () => void = () => {};
  return {
    push: (event: Event) => {
      come.push(event);
      wake();
    },
    async next(): Promise<Event> {
      for (;;) {
        const event = come.shift();
        if (event !== undefined) return event;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    pending: () => come.length,
  };
}

const site = (...names: string[]): string =>
  `endpoints:\n${names.map((name) => `  - https://${name}.example/\n`).join("")}`;

interface Started {
  events: ReturnType<typeof makeEvents>;
}

async function start(onChange?: (settings: Settings) => void, pollEveryMs = 20): Promise<Started> {
  const events = makeEvents();
  ended = watchConfig(path, {
    current: await loadConfig(path, {}),
    env: {},
    clock: systemClock,
    signal: stop.signal,
    debounceMs: 5,
    pollEveryMs,
    onChange: (settings) => {
      onChange?.(settings);
      events.push({ ids: settings.endpoints.map(({ id }) => id) });
    },
    onError: (error) => events.push({ error: String(error) }),
  });
  return { events };
}

describe("a watched configuration", () => {
  test("is reloaded whole when it is written", async () => {
    await writeFile(path, site("a"));
    const { events } = await start();
    await writeFile(path, site("a", "b"));
    expect(await events.next()).toEqual({ ids: ["a.example", "b.example"] });
  });

  test("is noticed by the directory's events alone, also when an editor replaces it by renaming", async () => {
    await writeFile(path, site("a"));
    const { events } = await start(undefined, 3_600_000);
    for (const name of ["b", "c"]) {
      await writeFile(`${path}~`, site(name));
      await rename(`${path}~`, path);
      expect(await events.next()).toEqual({ ids: [`${name}.example`] });
    }
  });

  test("keeps the old settings while it is wrong, and says once what is wrong and where", async () => {
    await writeFile(path, site("a"));
    const { events } = await start();
    await writeFile(path, "endpoints:\n  - url: nonsense\n");
    expect(await events.next()).toMatchObject({ error: expect.stringContaining("endpoints[0].url") });
    await writeFile(path, site("z"));
    expect(await events.next()).toEqual({ ids: ["z.example"] });
    expect(events.pending()).toBe(0);
  });

  test("is reported when it is right again, although it says what is in force", async () => {
    await writeFile(path, site("a"));
    const { events } = await start();
    await writeFile(path, "endpoints: [}");
    expect(await events.next()).toHaveProperty("error");
    await writeFile(path, site("a"));
    expect(await events.next()).toEqual({ ids: ["a.example"] });
  });

  test("may disappear and come back", async () => {
    await writeFile(path, site("a"));
    const { events } = await start();
    await rm(path);
    expect(await events.next()).toMatchObject({ error: expect.stringContaining("there is no such file") });
    await writeFile(path, site("b"));
    expect(await events.next()).toEqual({ ids: ["b.example"] });
  });

  test("is not reported when only a comment changed", async () => {
    await writeFile(path, site("a"));
    const { events } = await start();
    await writeFile(path, `# a comment\n${site("a")}`);
    await writeFile(path, `# another\n${site("a")}`);
    await writeFile(path, site("a", "b"));
    expect(await events.next()).toEqual({ ids: ["a.example", "b.example"] });
  });

  test("is seen when it changed between loading and watching", async () => {
    await writeFile(path, site("a"));
    const loaded = await loadConfig(path, {});
    await writeFile(path, site("b"));
    const events = makeEvents();
    ended = watchConfig(path, {
      current: loaded,
      env: {},
      clock: systemClock,
      signal: stop.signal,
      debounceMs: 5,
      onChange: ({ endpoints }) => events.push({ ids: endpoints.map(({ id }) => id) }),
      onError: (error) => events.push({ error: String(error) }),
    });
    expect(await events.next()).toEqual({ ids: ["b.example"] });
  });

  test("is tried again when taking it over failed, without saying the same twice", async () => {
    await writeFile(path, site("a"));
    let failures = 3;
    const { events } = await start(() => {
      if (failures-- > 0) throw new Unavailable("the disk is full");
    });
    await writeFile(path, site("b"));
    expect(await events.next()).toMatchObject({ error: expect.stringContaining("the disk is full") });
    expect(await events.next()).toEqual({ ids: ["b.example"] });
  });

  test("ends when it is told to", async () => {
    await writeFile(path, site("a"));
    await start();
    stop.abort();
    await expect(ended).resolves.toBeUndefined();
  });
});
