import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { openSqlite } from "../../../lib/adapters/sqlite/index.ts";
import { parseEndpoint } from "../../../lib/core/endpoint/schema.ts";
import { recordOf } from "../../functions/api/support.ts";
import { answer, answering, type Loopback, loopback } from "../../support/loopback.ts";
import { jsonLines, launch, run } from "./support.ts";

// a process takes a while to start on a busy machine
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const root = join(import.meta.dirname, "../../..");
let folder = "";
let up: Loopback;
let broken: Loopback;
let refused = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vigie-cli-"));
  up = await answering(answer("hello"));
  broken = await answering(answer("no", {}, 500));
  const gone = await answering(answer(""));
  refused = `http://${gone.host}/`;
  await gone.close();
});

afterAll(async () => {
  await Promise.all([up.close(), broken.close()]);
  await rm(folder, { recursive: true });
});

const urlOf = ({ host }: Loopback): string => `http://${host}/`;

describe("help, version and wrong usage", () => {
  test("--version is the package's", async () => {
    const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string };
    expect(await run(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  test.each([
    ["start"],
    ["check"],
    ["validate"],
    ["stats"],
    ["incidents"],
    ["schema"],
    ["apply"],
    ["test-alert"],
    ["doctor"],
    ["init"],
    ["apply"],
    ["test-alert"],
  ])("%s --help shows examples and exit codes", async (command) => {
    const { code, stdout } = await run([command, "--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain("Examples:\n  $ vigie ");
    expect(stdout).toContain("2    wrong usage or configuration");
  });

  test.each([
    [["chek"], "Did you mean check?"],
    [["check"], "missing required argument"],
    [["check", "--jsn", "http://x.example"], "Did you mean --json?"],
    [["check", "-n", "0", "http://x.example"], "-n takes a whole number from 1"],
    [["check", "--every", "soon", "http://x.example"], "--every takes a duration"],
    [["check", "--resolver", "magic", "http://x.example"], "Allowed choices are dns, system"],
    [["check", "--header", "nonsense", "http://x.example"], '--header takes "Name: value"'],
    [["check", "--timeout", "1h", "http://x.example"], "timeout: expected a duration"],
    [["check", "ftp://x.example"], "does not begin with http://"],
    [["start", "--port", "99999"], "--port takes a whole number from 0 to 65535"],
    [["start", "--config", "a.yaml", "http://x.example"], "Give URLs or --config, not both"],
    [["stats", "--window", "5y"], "one of 10m, 1h, 24h, 7d, 30d, 90d"],
    [["stats", "--data", "/nonexistent"], "there is no data file"],
    [["incidents", "--limit", "x"], "--limit takes a whole number"],
    [["validate", "none.yaml"], "there is no such file"],
    [["start", "--config", "none.yaml"], "there is no such file"],
  ])("%j: exit 2, one short reason on standard error", async (args, reason) => {
    const { code, stdout, stderr } = await run(args, { cwd: folder });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(reason);
    expect(stderr.split("\n").length).toBeLessThanOrEqual(4);
    expect(stderr).not.toContain("\u001b[");
  });

  test("nothing at all shows the help", async () => {
    const { code, stderr } = await run([]);
    expect(code).toBe(2);
    expect(stderr).toContain("Usage: vigie");
  });
});

describe("check", () => {
  test("--json is one object a line, with exactly these members", async () => {
    const { code, stdout, stderr } = await run(["check", "--json", urlOf(up)]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const [found] = jsonLines(stdout);
    expect(Object.keys(found ?? {})).toEqual([
      ...[
        "url",
        "ok",
        "type",
        "phase",
        "message",
        "status",
        "timings",
        "hops",
        "remote",
        "tls",
        "bytes",
        "flags",
      ],
    ]);
    expect(found).toMatchObject({
      url: urlOf(up),
      ok: true,
      type: null,
      phase: null,
      message: null,
      status: 200,
      remote: { address: "127.0.0.1", family: 4 },
      tls: null,
      bytes: 5,
      hops: [{ url: urlOf(up), status: 200 }],
    });
    const timings = found?.["timings"] as Record<string, unknown>;
    expect(Object.keys(timings)).toEqual([
      "dnsMs",
      "connectMs",
      "tlsMs",
      "firstByteMs",
      "transferMs",
      "totalMs",
    ]);
    expect(timings["totalMs"]).toBeGreaterThan(0);
  });

  test("a failure exits 1 and says what it was", async () => {
    const { code, stdout } = await run(["check", "--json", urlOf(up), refused, urlOf(broken)]);
    expect(code).toBe(1);
    expect(
      jsonLines(stdout).map(({ url, ok, type, phase, status }) => ({ url, ok, type, phase, status })),
    ).toEqual([
      { url: urlOf(up), ok: true, type: null, phase: null, status: 200 },
      { url: refused, ok: false, type: "tcp.refused", phase: "connection", status: null },
      { url: urlOf(broken), ok: false, type: "http.error", phase: "application", status: 500 },
    ]);
  });

  test("-n repeats, each on a new connection", async () => {
    const before = up.connections();
    const { code, stdout } = await run(["check", "--json", "-n", "3", "--every", "0s", urlOf(up)]);
    expect(code).toBe(0);
    expect(jsonLines(stdout)).toHaveLength(3);
    expect(up.connections() - before).toBe(3);
  });

  test("people see a waterfall, without colours where there is no terminal", async () => {
    const { stdout } = await run(["check", urlOf(up), refused]);
    expect(stdout).toContain(`✔ up    ${urlOf(up)}  200`);
    expect(stdout).toMatch(/connect +\d+(\.\d)? ms {2} *█/);
    expect(stdout).toMatch(/first byte +\d/);
    expect(stdout).toContain(`✘ down  ${refused}  tcp.refused:`);
    expect(stdout).not.toContain("\u001b[");
  });

  test("sends the headers and the method it was given; secrets come from the environment", async () => {
    const header = ["x-test: $", "{TEST_SECRET}"].join("");
    const options = { env: { TEST_SECRET: "s3cret" } };
    const { stdout } = await run(["check", "--json", "-X", "POST", "-H", header, urlOf(up)], options);
    expect(up.received.at(-1)).toMatch(/^POST \/ HTTP\/1\.1\r\n/);
    expect(up.received.at(-1)).toContain("s3cret");
    expect(stdout).not.toContain("s3cret");
  });

  test("user name and password are not printed", async () => {
    const { stdout } = await run(["check", "--json", `http://joe:hunter2@${up.host}/`]);
    expect(stdout).not.toContain("hunter2");
    expect(up.received.at(-1)).toContain(btoa("joe:hunter2"));
  });

  test("--status says what is fine", async () => {
    expect((await run(["check", "--status", "500", urlOf(broken)])).code).toBe(0);
  });

  test("--public refuses loopback", async () => {
    const { code, stdout } = await run(["check", "--json", "--public", urlOf(up)]);
    expect(code).toBe(1);
    expect(jsonLines(stdout)).toMatchObject([{ type: "egress.blocked" }]);
  });

  test("Ctrl-C ends it at once with 130", async () => {
    const { child, ended } = launch(["check", "--json", "-n", "9", "--every", "1h", urlOf(up)]);
    child.stdout.once("data", () => child.kill("SIGINT"));
    const { code, stderr } = await ended;
    expect({ code, stderr }).toEqual({ code: 130, stderr: "" });
  });

  test("Ctrl-C gives up what is in flight", async () => {
    const silent = await loopback({ onRequest: () => child.kill("SIGINT") });
    const { child, ended } = launch(["check", "--timeout", "40s", urlOf(silent)]);
    expect(await ended).toEqual({ code: 130, stdout: "", stderr: "" });
    await silent.close();
  });

  test("a reader that goes away ends it without a word", async () => {
    const { child, ended } = launch(["check", "--json", "-n", "100000", "--every", "0s", urlOf(up)]);
    child.stdout.once("data", () => child.stdout.destroy());
    const { stderr } = await ended;
    expect(stderr).toBe("");
  });
});

describe("validate", () => {
  test("a good file says how many", async () => {
    const path = join(folder, "good.yaml");
    await writeFile(
      path,
      "endpoints:\n  - https://a.example/\n  - { url: https://b.example/, enabled: false }\n",
    );
    const { code, stdout } = await run(["validate", "good.yaml"], { cwd: folder });
    expect({ code, stdout }).toEqual({ code: 0, stdout: `valid: ${path}: 2 endpoints, 1 paused\n` });
  });

  test("a bad one names file, line and column as editors read it", async () => {
    await writeFile(join(folder, "bad.yaml"), "endpoints:\n  - url: https://a.example/\n    interval: 61s\n");
    const { code, stderr } = await run(["validate", "bad.yaml"], { cwd: folder });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^bad\.yaml:3:15: error: endpoints\[0\]\.interval: expected an interval/);
  });

  test("finds the file of the working directory, or else the sample", async () => {
    const own = join(folder, "own");
    await mkdir(own);
    expect((await run(["validate"], { cwd: own })).stdout).toContain(join(root, "vigie.yaml"));
    await writeFile(join(own, "vigie.json"), '{"endpoints":["https://a.example/"]}');
    expect((await run(["validate"], { cwd: own })).stdout).toContain(join(own, "vigie.json"));
  });
});

test("schema prints the JSON Schema", async () => {
  const { code, stdout } = await run(["schema"]);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual(JSON.parse(await readFile(join(root, "vigie.schema.json"), "utf8")));
});

describe("the history of a data directory", () => {
  let data = "";
  beforeAll(async () => {
    data = join(folder, "history");
    const stores = openSqlite(join(data, "vigie.db"));
    await stores.endpoints.put(
      parseEndpoint({ id: "shop", name: "Shop", url: "https://shop.example/" }, { org: "default" }),
      "api",
      null,
    );
    const now = Date.now();
    await stores.ticks.append(
      [180_000, 120_000, 60_000].map((ago, i) => recordOf("shop", now - ago, i !== 1)),
    );
    const common = { schema: 1 as const, org: "default", endpointId: "shop", website: "Shop", revision: 1 };
    const failure = { phase: "connection" as const, type: "tcp.refused" as const, message: "refused" };
    await stores.incidents.put({
      ...common,
      id: "i1",
      startedAt: now - 120_000,
      endedAt: now - 60_000,
      closed: "recovered",
      worst: "down",
      verdict: "up",
      verdictSince: now - 60_000,
      availability: 0.5,
      firstFailure: { region: "local", scheduledAt: now - 120_000, failure, totalMs: 3 },
      regions: [],
      announced: [],
      messages: [
        {
          effectId: "e",
          kind: "down",
          title: "Website Shop is down.",
          sentAt: now - 119_000,
          deliveries: [],
        },
      ],
    });
    stores.close();
  });

  test("stats: a table, or one object a line", async () => {
    const { code, stdout } = await run(["stats", "--window", "10m", "--data", data]);
    expect(code).toBe(0);
    const [head, row] = stdout.split("\n");
    expect(head).toMatch(/^ENDPOINT +AVAIL +OK +FAILED/);
    expect(row).toMatch(/^Shop +66\.7% +2 +1 +13 ms/);
    const json = await run(["stats", "--window", "10m", "--json", "--data", data]);
    expect(jsonLines(json.stdout)).toMatchObject([{ id: "shop", window: "10m", ok: 2, failed: 1 }]);
  });

  test("incidents: what, how long, why, what was sent", async () => {
    const { code, stdout } = await run(["incidents", "--data", data]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^down {2}Shop {2}since \S+Z, 1m, ended \(recovered\)\n {2}tcp\.refused in local: refused\n/,
    );
    expect(stdout).toContain("sent: Website Shop is down.");
    const json = await run(["incidents", "--json", "--endpoint", "shop", "--data", data]);
    expect(jsonLines(json.stdout)).toMatchObject([{ id: "i1", worst: "down" }]);
  });

  test("none are said to be none", async () => {
    const { stdout } = await run(["incidents", "--open", "--data", data]);
    expect(stdout).toBe("No incidents.\n");
  });
});

describe("start", () => {
  test("--once checks everything and exits by what it found", async () => {
    const config = join(folder, "once.yaml");
    await writeFile(config, `endpoints:\n  - ${urlOf(up)}\n`);
    const args = ["start", "--once", "--no-ui", "--config", config, "--data", join(folder, "once")];
    expect(await run(args)).toMatchObject({ code: 0 });
    await writeFile(config, `endpoints:\n  - { url: "${refused}", retries: 0 }\n`);
    expect(await run(args)).toMatchObject({ code: 1 });
  });

  test("without a configuration names the sample and how to make one's own", async () => {
    const empty = join(folder, "empty");
    await mkdir(empty);
    const inUse = openSqlite(join(empty, "data", "vigie.db")); // so that it ends before it asks the sample's websites
    const { code, stderr } = await run(["start", "--data", "data"], { cwd: empty });
    inUse.close();
    expect(code).toBe(2);
    expect(stderr).toContain(`the sample ${join(root, "vigie.yaml")}`);
    expect(stderr).toContain("cp ");
  });

  test("watches until Ctrl-C, then ends with 130", async () => {
    const { child, ended } = launch(
      ["start", "--no-ui", "--port", "0", "--data", join(folder, "watch"), urlOf(up)],
      { cwd: folder },
    );
    child.stdout.once("data", () => child.kill("SIGINT"));
    expect((await ended).code).toBe(130);
  });

  test("SIGTERM ends it with 0", async () => {
    const { child, ended } = launch(
      ["start", "--no-ui", "--port", "0", "--data", join(folder, "term"), urlOf(up)],
      { cwd: folder },
    );
    child.stdout.once("data", () => child.kill("SIGTERM"));
    expect((await ended).code).toBe(0);
  });
});
