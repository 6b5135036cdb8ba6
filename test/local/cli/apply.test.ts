import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { parseEndpoint } from "../../../lib/core/endpoint/schema.ts";
import { answer, answering } from "../../support/loopback.ts";
import { type Installation, installation } from "./installation.ts";
import { jsonLines, launch, type Ran, run } from "./support.ts";

// a process takes a while to start on a busy machine
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder = "";
let there: Installation;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "vigie-apply-"));
  there = await installation();
});

afterEach(async () => {
  await there.close();
  await rm(folder, { recursive: true });
});

const file = (text: string) => writeFile(join(folder, "vigie.yaml"), text);

const vigie = (args: readonly string[], env: Record<string, string> = {}): Promise<Ran> =>
  run(args, {
    cwd: folder,
    env: { XDG_CONFIG_HOME: join(folder, "config"), VIGIE_URL: there.url, VIGIE_TOKEN: there.token, ...env },
  });

const applied = async (...args: string[]): Promise<Record<string, unknown>> => {
  const { stdout, stderr } = await vigie(["apply", "--yes", "--json", ...args]);
  expect(stderr).toBe("");
  return jsonLines(stdout)[0] ?? {};
};

const put = (input: Record<string, unknown>, origin: "api" | "file" = "api") =>
  there.api.stores.endpoints.put(parseEndpoint(input, { org: "default" }), origin, null);

const ids = async () => (await there.api.stores.endpoints.list("default")).map(({ endpoint }) => endpoint.id);

const writes = () => there.requests.filter((request) => !request.startsWith("GET "));

const twoEndpoints = `
endpoints:
  - { id: shop, url: "https://shop.example/" }
  - { id: api, url: "https://api.example/", interval: 2m, expect: { status: 204 } }
`;

describe("a plan that is carried out", () => {
  test("all new: created, then nothing is left to do", async () => {
    await file(twoEndpoints);
    const { code, stdout } = await vigie(["apply", "--yes"]);
    expect(code).toBe(0);
    expect(stdout).toContain("+ shop  https://shop.example/");
    expect(stdout).toContain("2 endpoints created, 0 changed, 0 deleted, 0 failed.");
    expect(await ids()).toEqual(["api", "shop"]);
    const again = await vigie(["apply"]);
    expect(again.code).toBe(0);
    expect(again.stdout).toContain("0 endpoints to create, 0 to change, 0 to delete, 2 as they are.");
    expect(writes()).toHaveLength(2);
  });

  test("a change names its fields; what is not in the file stays", async () => {
    await put({ id: "api", url: "https://api.example/", interval: "1m", tags: ["a", "b"] });
    await put({ id: "old", url: "https://old.example/" });
    await file(twoEndpoints);
    const found = await applied();
    expect(found).toEqual({
      url: there.url,
      dryRun: false,
      create: ["shop"],
      change: [{ id: "api", fields: ["interval", "expect.status", "tags"] }],
      delete: [],
      extra: ["old"],
      elsewhere: [],
      unchanged: 0,
      leftBehind: [],
      outcome: { created: 1, changed: 1, deleted: 0, unchanged: 0, failed: [], left: 0 },
    });
    expect(await ids()).toEqual(["api", "old", "shop"]);
  });

  test("--prune deletes what is not in the file", async () => {
    await put({ id: "old", url: "https://old.example/" });
    await file(twoEndpoints);
    expect(await applied("--prune")).toMatchObject({ delete: ["old"], outcome: { deleted: 1 } });
    expect(await ids()).toEqual(["api", "shop"]);
  });

  test("order, comments and spelling of the same are no change", async () => {
    await put({ url: "https://a.example/", id: "a", interval: "120s", expect: { status: [200, 204] } });
    await file(
      `# mine\nendpoints:\n  - expect: { status: [200, 204] }\n    interval: 2m\n    id: a\n    url: https://a.example/\n`,
    );
    expect(await applied()).toMatchObject({ change: [], unchanged: 1, outcome: null });
  });

  test("a secret header can't be compared: it is sent again, and nothing is written when it is the same", async () => {
    const headers = { "x-api-key": "k1", accept: "text/html" };
    await put({ id: "a", url: "https://a.example/", headers });
    const text = (key: string) =>
      file(
        `endpoints:\n  - { id: a, url: "https://a.example/", headers: { x-api-key: ${key}, accept: text/html } }\n`,
      );
    await text("k1");
    expect(await applied()).toMatchObject({
      change: [{ id: "a", fields: ['headers["x-api-key"] (kept secret: sent again)'] }],
      outcome: { changed: 0, unchanged: 1 },
    });
    await text("k2");
    expect(await applied()).toMatchObject({ outcome: { changed: 1, unchanged: 0 } });
    expect((await there.api.stores.endpoints.get("default", "a"))?.endpoint.headers["x-api-key"]).toBe("k2");
  });

  test("--dry-run writes nothing", async () => {
    await file(twoEndpoints);
    const { code, stdout } = await vigie(["apply", "--dry-run"]);
    expect({ code, writes: writes() }).toEqual({ code: 0, writes: [] });
    expect(stdout).toContain("2 endpoints to create");
  });

  test("where nobody can be asked, nothing is written without --yes", async () => {
    await file(twoEndpoints);
    const { code, stderr } = await vigie(["apply"]);
    expect({ code, writes: writes() }).toEqual({ code: 2, writes: [] });
    expect(stderr).toContain("add --yes");
  });

  test("what is about one machine is named and stays behind; its secrets need not be here", async () => {
    const url = ["$", "{CHAT_URL}"].join("");
    await file(
      `region: home\ncanaries: ["https://a.example/"]\nnotify: { webhooks: [{ url: "${url}" }] }\n${twoEndpoints}`,
    );
    const { code, stdout } = await vigie(["apply", "--dry-run"]);
    expect(code).toBe(0);
    expect(stdout).toContain("Not carried over: region, canaries, notify.");
  });

  test("regions are those of the installation", async () => {
    const text = (region: string) =>
      file(
        `endpoints:\n  - { id: a, url: "https://a.example/", regions: [${region}], alert: { quorum: 1 } }\n`,
      );
    await text("us-east-1");
    expect(await applied()).toMatchObject({ outcome: { created: 1 } });
    await text("ap-south-1");
    const { code, stderr } = await vigie(["apply", "--yes"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /vigie\.yaml:2:\d+: error: endpoints\[0\]\.regions: names ap-south-1, where nothing checks/,
    );
  });

  test("an installation that is not quite well takes them all the same", async () => {
    await there.close();
    there = await installation({ troubles: () => ["no checks were started"] });
    await file(twoEndpoints);
    expect(await applied()).toMatchObject({ outcome: { created: 2 } });
  });

  test("more than a page of them, each once, some at a time", async () => {
    for (let index = 0; index < 1_005; index++)
      await put({ id: `e${index}`, url: `https://e${index}.example/` });
    const lines = Array.from(
      { length: 1_040 },
      (_, index) => `  - { id: e${index}, url: "https://e${index}.example/" }\n`,
    );
    await file(`endpoints:\n${lines.join("")}`);
    expect(await applied()).toMatchObject({ unchanged: 1_005, outcome: { created: 35, failed: [] } });
    expect(await ids()).toHaveLength(1_040);
  });
});

describe("what goes wrong", () => {
  test("a file with a mistake is not applied at all", async () => {
    await file(`${twoEndpoints}  - { id: bad, url: "https://bad.example/", interval: 61s }\n`);
    const { code, stderr } = await vigie(["apply", "--yes"]);
    expect({ code, writes: writes() }).toEqual({ code: 2, writes: [] });
    expect(stderr).toMatch(/^vigie\.yaml:5:\d+: error: endpoints\[2\]\.interval: expected an interval/);
  });

  test("a reference to a secret is a mistake: there it would mean nothing", async () => {
    const secret = ["$", "{KEY}"].join("");
    await file(`endpoints:\n  - { id: a, url: "https://a.example/", headers: { x-key: "${secret}" } }\n`);
    const { code, stderr } = await vigie(["apply", "--yes"], { KEY: "k" });
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^vigie\.yaml:2:\d+: error: endpoints\[0\]\.headers[^:]*: refers to the secret KEY/,
    );
  });

  test("what is refused is named, the rest is done, and another run finishes it", async () => {
    await file(twoEndpoints);
    let refuse = true;
    there.intercept(async (event) =>
      refuse && event.body?.includes("shop")
        ? { statusCode: 400, body: JSON.stringify({ code: "invalid_input", detail: "no such thing" }) }
        : null,
    );
    const { code, stdout } = await vigie(["apply", "--yes"]);
    expect(code).toBe(1);
    expect(stdout).toContain("✘ shop: create failed: no such thing");
    expect(stdout).toContain("1 endpoint created, 0 changed, 0 deleted, 1 failed.");
    refuse = false;
    expect(await applied()).toMatchObject({ create: ["shop"], unchanged: 1, outcome: { created: 1 } });
  });

  test("a change of somebody else in between is not overwritten", async () => {
    await put({ id: "api", url: "https://api.example/" });
    await file(twoEndpoints);
    there.intercept(async (event) => {
      if (event.requestContext.http.method !== "PUT") return null;
      const other = parseEndpoint({ id: "api", url: "https://theirs.example/" }, { org: "default" });
      await there.api.stores.endpoints.put(other, "api", 1);
      there.intercept(async () => null);
      return null;
    });
    expect(await applied()).toMatchObject({
      outcome: {
        created: 1,
        failed: [
          {
            id: "api",
            action: "change",
            code: "precondition_failed",
            message: "It was changed meanwhile: apply again.",
          },
        ],
      },
    });
    expect((await there.api.stores.endpoints.get("default", "api"))?.endpoint.url).toBe(
      "https://theirs.example/",
    );
  });

  test.each([429, 503])("%i is tried again", async (statusCode) => {
    await file(twoEndpoints);
    const seen = new Set<string>();
    there.intercept(async (event) => {
      const key = `${event.requestContext.http.method} ${event.rawPath} ${event.body}`;
      if (event.rawPath === "/healthz" || seen.has(key)) return null;
      seen.add(key);
      return { statusCode, body: JSON.stringify({ message: "Too Many Requests" }) };
    });
    expect(await applied()).toMatchObject({ outcome: { created: 2, failed: [] } });
  });

  test("an answer that gets lost on its way makes neither duplicate nor failure", async () => {
    await put({ id: "api", url: "https://api.example/" });
    await file(twoEndpoints);
    const lost = new Set<string>();
    there.intercept(async (event) => {
      const { method } = event.requestContext.http;
      if (!["POST", "PUT"].includes(method) || lost.has(method)) return null;
      lost.add(method);
      await there.api.handle({ ...event });
      return { statusCode: 502, body: "" };
    });
    expect(await applied()).toMatchObject({ outcome: { created: 1, changed: 1, failed: [] } });
    expect(lost.size).toBe(2);
    expect(await applied()).toMatchObject({ unchanged: 2 });
  });

  test("what the installation's own file declares is left alone, and told when it differs", async () => {
    await put({ id: "shop", url: "https://shop.example/" }, "file");
    await put({ id: "api", url: "https://api.example/" }, "file");
    await put({ id: "other", url: "https://other.example/" }, "file");
    await file(twoEndpoints);
    const { code, stdout } = await vigie(["apply", "--yes", "--prune"]);
    expect({ code, writes: writes() }).toEqual({ code: 1, writes: [] });
    expect(stdout).toContain(
      "! api  is declared in the installation's own file, and differs: interval, expect.status",
    );
  });

  test("Ctrl-C stops after what is on its way", async () => {
    const lines = Array.from(
      { length: 40 },
      (_, index) => `  - { id: e${index}, url: "https://e${index}.example/" }\n`,
    );
    await file(`endpoints:\n${lines.join("")}`);
    const env = { VIGIE_URL: there.url, VIGIE_TOKEN: there.token, XDG_CONFIG_HOME: folder };
    const { child, ended } = launch(["apply", "--yes"], { cwd: folder, env });
    there.intercept(async (event) => {
      if (event.requestContext.http.method === "POST") child.kill("SIGINT");
      return null;
    });
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toBe("");
    expect(stdout).toMatch(/, 0 failed, \d+ not begun\.\n$/);
  });
});

describe("which installation", () => {
  const credentials = async (url: string, token: string) => {
    const path = join(folder, "config", "vigie");
    await mkdir(path, { recursive: true });
    await writeFile(join(path, "credentials.json"), JSON.stringify({ schema: 1, url, token }));
    await chmod(path, 0o700);
  };

  const bare = (args: readonly string[], env: Record<string, string> = {}) =>
    run(args, { cwd: folder, env: { XDG_CONFIG_HOME: join(folder, "config"), ...env } });

  beforeEach(() => file(twoEndpoints));

  test("the stored one, where nothing else is said", async () => {
    await credentials(`${there.url}/`, there.token);
    expect((await bare(["apply", "--dry-run"])).code).toBe(0);
  });

  test("a stored token is not sent to another one", async () => {
    await credentials("https://vigie.example", there.token);
    const { code, stderr } = await bare(["apply", "--dry-run", "--url", there.url]);
    expect(code).toBe(2);
    expect(stderr).toContain(`${there.url} needs an API token`);
  });

  test("on this machine, without a token", async () => {
    const here = await installation({ open: true });
    const { code } = await bare(["apply", "--dry-run", "--url", here.url]);
    expect(code).toBe(0);
    await here.close();
  });

  test.each<[string, readonly string[], Record<string, string>, string]>([
    ["none", [], {}, "No installation is known here"],
    ["a URL that is none", ["--url", "there"], {}, "--url takes the https:// URL"],
    [
      "one with a password",
      [],
      { VIGIE_URL: "https://a:b@vigie.example" },
      "VIGIE_URL takes the https:// URL",
    ],
    [
      "a token in the open",
      [],
      { VIGIE_URL: "http://vigie.example", VIGIE_TOKEN: `vg_${"A".repeat(43)}` },
      "a token is sent to https:// only",
    ],
    [
      "no token's form",
      [],
      { VIGIE_URL: "https://vigie.example", VIGIE_TOKEN: "hunter2hunter2" },
      "does not hold an API token",
    ],
  ])("%s: exit 2 and what to do", async (_, args, env, reason) => {
    const { code, stderr } = await bare(["apply", "--dry-run", ...args], env);
    expect(code).toBe(2);
    expect(stderr).toContain(reason);
    expect(stderr).not.toContain("hunter2");
  });

  test("one that is not there, and one that is something else", async () => {
    const other = await answering(answer("<html>hello</html>"));
    const url = `http://${other.host}`;
    expect((await bare(["apply", "--dry-run", "--url", url])).stderr).toContain(
      `What answers at ${url} is no Vigie`,
    );
    await other.close();
    expect((await bare(["apply", "--dry-run", "--url", url])).stderr).toContain(`Can't reach ${url}`);
  });

  test("a token that is not valid is never shown", async () => {
    const wrong = `vg_${"B".repeat(43)}`;
    const { code, stdout, stderr } = await vigie(["apply", "--dry-run"], { VIGIE_TOKEN: wrong });
    expect(code).toBe(2);
    expect(stderr).toContain("does not take this API token");
    expect(stdout + stderr).not.toContain(wrong);
  });
});

describe("test-alert", () => {
  const deliveries = [{ channel: "sns", ok: true, at: 1 }];

  test("says who took it", async () => {
    const here = await installation({ open: true, notifier: { send: async () => deliveries } });
    const { code, stdout } = await vigie(["test-alert", "--url", here.url]);
    expect(code).toBe(0);
    expect(stdout).toBe("Sent: TEST from Vigie: alerts reach you here. Nothing is down.\n✔ sns took it\n");
    await here.close();
  });

  test("1 when some channel did not take it, --json for machines", async () => {
    const some = [...deliveries, { channel: "chat", ok: false, error: "status 500", at: 1 }];
    const here = await installation({ open: true, notifier: { send: async () => some } });
    const { code, stdout } = await vigie(["test-alert", "--json", "--url", here.url]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ deliveries: some });
    await here.close();
  });

  test("1 when nobody was told, asked once only", async () => {
    const { code, stderr } = await vigie(["test-alert"]);
    expect({ code, writes: writes() }).toEqual({ code: 1, writes: ["POST /v1/test-alert"] });
    expect(stderr).toContain("error: nobody was told: No channel took the message.");
  });

  test("2 when asked again at once", async () => {
    await vigie(["test-alert"]);
    const { code, stderr } = await vigie(["test-alert"]);
    expect(code).toBe(2);
    expect(stderr).toContain("wait ten seconds");
  });
});
