import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { InvalidInput, VigieError } from "../../../lib/core/errors.ts";
import { loadConfig, parseConfig, settingsFromUrls } from "../../../local/config/load.ts";

const fixtures = join(import.meta.dirname, "../../fixtures/config");
const env = { SHOP_TOKEN: "t0ken", CHAT_PATH: "abc", CHAT_SECRET: "0123456789", SMTP_PASSWORD: "p@ss/w:rd" };

const load = (name: string, environment: Record<string, string> = env) =>
  loadConfig(join(fixtures, name), environment);

/** What is wrong with a file, as `line:column path message`. */
async function issuesOf(name: string, environment: Record<string, string> = env): Promise<string[]> {
  const error: unknown = await load(name, environment).then(
    () => new Error("nothing is wrong with it"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof InvalidInput)) throw error;
  expect(error.issues.every(({ file }) => file === join(fixtures, name))).toBe(true);
  return error.issues.map(({ line, column, path, message }) => `${line}:${column} ${path} ${message}`);
}

describe("a good file", () => {
  test("says everything; what it doesn't say is default", async () => {
    const { endpoints, notify, metrics, ...rest } = await load("good.yaml");
    expect(rest).toEqual({
      region: "office",
      canaries: ["https://canary.example/"],
      egress: "public",
      resolver: "system",
      retention: { rawMs: 72 * 3_600_000, hourMs: 400 * 86_400_000, dayMs: 2 * 365 * 86_400_000 },
      dashboard: { recentEveryMs: 5_000, hourEveryMs: 60_000 },
    });
    expect(endpoints.map(({ id }) => id)).toEqual(["plain.example", "shop"]);
    expect(notify.webhooks[0]?.name).toBe("chat");
    expect(metrics.influx?.database).toBe("web");
  });

  test("defaults are merged into each endpoint, which may say otherwise", async () => {
    const [plain, shop] = (await load("good.yaml")).endpoints;
    expect(plain).toMatchObject({ intervalMs: 30_000, headers: { accept: "text/html" }, enabled: true });
    expect(plain?.expect.bodyContains).toBe("Welcome");
    expect(shop?.intervalMs).toBe(300_000);
    expect(shop?.expect).toMatchObject({
      bodyContains: "Welcome",
      status: [{ from: 200, to: 200 }, { from: 204 }],
    });
    expect(Object.keys(shop?.headers ?? {})).toEqual(["accept", "authorization"]);
  });

  test("`off` pauses", async () => {
    expect((await load("good.yaml")).endpoints[1]?.enabled).toBe(false);
  });

  test("secrets of endpoints stay references, those of notify are put in", async () => {
    const { endpoints, notify } = await load("good.yaml");
    expect(endpoints[1]?.headers["authorization"]).toBe(["Bearer $", "{SHOP_TOKEN}"].join(""));
    expect(notify.webhooks).toEqual([
      { name: "chat", url: "https://chat.example/abc", secret: "0123456789", headers: {} },
    ]);
    expect(notify.email).toEqual({
      smtp: "smtps://vigie:p%40ss%2Fw%3Ard@mail.example:465",
      from: "vigie@example.com",
      to: ["ops@example.com"],
    });
  });

  test("secrets of metrics are put in, in the user info of a URL encoded", async () => {
    const { metrics } = await load("good.yaml");
    expect(metrics.influx).toEqual({
      url: "http://me:p%40ss%2Fw%3Ard@influx.example:8086",
      database: "web",
      auth: { scheme: "Token", token: "t0ken" },
    });
  });

  test.each([
    ["token: t, scheme: Bearer", { scheme: "Bearer", token: "t" }],
    ["user: u, password: p", { scheme: "Basic", user: "u", password: "p" }],
  ])("metrics with %s", (credentials, auth) => {
    const text = `metrics: { influx: { url: "http://a.example", database: web, ${credentials} } }`;
    expect(parseConfig(text, "metrics.yaml", {}).metrics.influx?.auth).toEqual(auth);
  });

  test("without metrics they go nowhere else", () => {
    expect(parseConfig("metrics:", "none.yaml", {}).metrics).toEqual({ influx: null });
  });

  test("may be JSON, indented by tabs", async () => {
    const { endpoints, region } = await load("good.json");
    expect(region).toBe("local");
    expect(endpoints.map(({ id, url }) => [id, url])).toEqual([
      ["plain.example", "https://plain.example/"],
      ["db", "tcp://db.example:5432"],
    ]);
  });

  test("a thousand endpoints are a thousand endpoints", () => {
    const entries = Array.from(
      { length: 1_200 },
      (_, i) => `  - url: https://site-${i}.example/\n    interval: 60s\n`,
    );
    expect(parseConfig(`endpoints:\n${entries.join("")}`, "big.yaml", {}).endpoints).toHaveLength(1_200);
  });

  test("`off` is a word whatever the file's YAML version says", () => {
    const text =
      "%YAML 1.1\n---\nendpoints:\n  - url: https://a.example/\n    alert: { flapping: off }\n    enabled: no\n";
    const [endpoint] = parseConfig(text, "old.yaml", {}).endpoints;
    expect([endpoint?.alert.flapping, endpoint?.enabled]).toEqual(["off", false]);
  });
});

describe("a wrong file is refused with line, column and path", () => {
  const cases: [file: string, ...issues: (string | RegExp)[]][] = [
    ["unknown-key.yaml", /^3:16 endpoints\[0\]\.intervall unknown key; did you mean `interval`\?/],
    ["unknown-section.yaml", /^1:1 endpoint unknown key; did you mean `endpoints`\?/],
    ["wrong-value.yaml", /^4:15 endpoints\[1\]\.interval expected an interval .*, got "61s"$/],
    ["wrong-default.yaml", /^3:16 defaults\.headers\["x-version"\] expected text/],
    ["wrong-url.yaml", /^2:5 endpoints\[0\].*does not begin with http/],
    ["wrong-entry.yaml", /^2:5 endpoints\[0\] expected a URL, or a map with `url`/],
    [
      "duplicate-id.yaml",
      /^5:9 endpoints\[1\]\.id the endpoints at line 2 and line 5 have the same id "shop"/,
    ],
    ["duplicate-key.yaml", /^4:5 {2}Map keys must be unique; expected each key once$/],
    ["tab.yaml", /^3:1 {2}Tabs are not allowed as indentation; expected indentation by spaces/],
    ["two-documents.yaml", /^2:1 .*expected one document/],
    ["tag.yaml", /^2:5 .*expected no tags/],
    ["unknown-alias.yaml", /^3:14 {2}Nothing above is called &shared/],
    [
      "merge-key.yaml",
      /^5:\d+ endpoints\[0\].*`<<` is not read here: put what endpoints share under `defaults:`/,
    ],
    ["too-many-canaries.yaml", /^1:1 canaries expected a list of 1 to 10 URLs/],
    ["wrong-retention.yaml", /^2:19 retention\.raw expected a duration from 48h to 30d/],
    ["misplaced.yaml", /^1:11 interval unknown key; it belongs to each endpoint, or under `defaults`/],
    [
      "wrong-metrics.yaml",
      /^3:3 metrics\.influx\.database expected one line of text/,
      /^4:10 metrics\.influx\.url expected a URL that begins with http/,
      /^5:14 metrics\.influx\.databse unknown key; did you mean `database`\?/,
      /^7:13 metrics\.influx\.scheme expected one of "Token", "Bearer"/,
    ],
    ["half-credentials.yaml", /^3:3 metrics\.influx `user` and `password` stand together$/],
    ["lone-scheme.yaml", /^3:3 metrics\.influx `scheme` says how `token` is presented: give one$/],
    ["empty.yaml", /^1:1 {2}expected a map with `endpoints:`, received an empty file/],
    ["list.yaml", /^1:1 {2}expected a map with `endpoints:`, received something else/],
  ];

  test.each(cases)("%s", async (file, ...expected) => {
    const issues = await issuesOf(file);
    expect(issues).toHaveLength(expected.length);
    for (const [index, pattern] of expected.entries()) expect(issues[index]).toMatch(pattern);
  });

  test("the error's own message says the places too", async () => {
    await expect(load("wrong-value.yaml")).rejects.toThrow(
      /wrong-value\.yaml:4:15: endpoints\[1\]\.interval: expected/,
    );
  });

  test("every mistake is told at once, in the order of lines", () => {
    const text =
      "endpoints:\n  - url: nonsense\n  - url: https://a.example/\n    timeout: 1\nnotify: { webhooks: 1 }\nregion: A\n";
    expect(() => parseConfig(text, "many.yaml", {})).toThrow(InvalidInput);
    try {
      parseConfig(text, "many.yaml", {});
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      expect(error.issues.map(({ line, path }) => [line, path])).toEqual([
        [2, "endpoints[0].url"],
        [4, "endpoints[1].timeout"],
        [5, "notify.webhooks"],
        [6, "region"],
      ]);
    }
  });

  test("a list within a list within a list grows no further than the file", () => {
    const bomb = Array.from({ length: 12 }, (_, i) =>
      i === 0
        ? "a0: &a0 [x]"
        : `a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(", ")}]`,
    );
    expect(() => parseConfig(bomb.join("\n"), "bomb.yaml", {})).toThrow(/More than 100 aliases/);
  });

  test("fewer aliases than that may still multiply: they are refused too", () => {
    const bomb = Array.from({ length: 9 }, (_, i) =>
      i === 0
        ? "a0: &a0 [x]"
        : `a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(", ")}]`,
    );
    expect(() => parseConfig(bomb.join("\n"), "bomb.yaml", {})).toThrow(InvalidInput);
  });
});

describe("secrets", () => {
  test("a missing one is named with its line, wherever it is referred to", async () => {
    expect(await issuesOf("missing-secret.yaml", {})).toEqual([
      expect.stringMatching(/^3:12 defaults\.headers.* DEFAULT_KEY is not set/),
      expect.stringMatching(/^7:22 endpoints\[0\]\.headers\.authorization .* A_TOKEN is not set/),
    ]);
    expect(await issuesOf("missing-notify-secret.yaml", {})).toEqual([
      expect.stringMatching(/^4:12 notify\.webhooks\[0\]\.url .* CHAT_PATH is not set/),
    ]);
  });

  test("an empty one is missing", async () => {
    expect(await issuesOf("missing-secret.yaml", { A_TOKEN: "", DEFAULT_KEY: "x" })).toHaveLength(1);
  });

  test("one that would break the request is told, without its value", async () => {
    const told = await issuesOf("missing-secret.yaml", { A_TOKEN: "hunter2\n", DEFAULT_KEY: "x" });
    expect(told).toEqual([expect.stringMatching(/^5:5 endpoints\[0\] .*authorization can't be sent/)]);
    expect(told.join()).not.toContain("hunter2");
  });

  test("of metrics too: a missing one is named, two ways to authenticate are one too many", async () => {
    expect(await issuesOf("two-credentials.yaml", { INFLUX_TOKEN: "hunter2" })).toEqual([
      "3:3 metrics.influx `token` stands in place of `user` and `password`: give one or the other",
    ]);
    expect(await issuesOf("two-credentials.yaml", {})).toContainEqual(
      expect.stringMatching(/^7:12 metrics\.influx\.token .* INFLUX_TOKEN is not set/),
    );
  });

  test("a wrong value is never shown", async () => {
    const told = await issuesOf("wrong-notify.yaml", { CHAT_URL: "hunter2" });
    expect(told).toEqual([
      expect.stringMatching(/^4:12 notify\.webhooks\[0\]\.url expected a URL/),
      expect.stringMatching(/^5:16 notify\.webhooks\[0\]\.secrets unknown key; did you mean `secret`/),
      expect.stringMatching(/^7:11 notify\.email\.smtp expected a URL that begins with smtp/),
      expect.stringMatching(/^9:\d+ notify\.email\.to expected a list/),
    ]);
    expect(told.join()).not.toContain("hunter2");
  });
});

describe("files that can't be read", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "vigie-config-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("a missing one is named", async () => {
    await expect(loadConfig(join(folder, "none.yaml"), {})).rejects.toThrow(
      /none\.yaml: there is no such file/,
    );
  });

  test("a directory is none", async () => {
    await expect(loadConfig(folder, {})).rejects.toThrow(VigieError);
  });

  test("more than 4 MB are not even parsed", async () => {
    const path = join(folder, "huge.yaml");
    await writeFile(path, `# ${"x".repeat(4 * 1024 * 1024)}\n`);
    await expect(loadConfig(path, {})).rejects.toThrow(/larger than 4 MB/);
  });
});

describe("URLs from the command line", () => {
  test("are watched with defaults, each once", () => {
    const { endpoints, canaries } = settingsFromUrls([
      "https://a.example/",
      "https://a.example/",
      "http://b.example/",
    ]);
    expect(endpoints.map(({ url }) => url)).toEqual(["https://a.example/", "http://b.example/"]);
    expect(canaries).toHaveLength(2);
  });

  test("that would get the same id are told apart", () => {
    const { endpoints } = settingsFromUrls(["https://a.example/x_y", "https://a.example/x-y"]);
    expect(endpoints.map(({ id }) => id)).toEqual(["a.example-x-y", "a.example-x-y-2"]);
  });

  test("have to be URLs", () => {
    expect(() => settingsFromUrls(["nonsense"])).toThrow(InvalidInput);
  });
});
