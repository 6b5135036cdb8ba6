/** What people install: packed, installed into an empty folder, run and imported from there. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

const root = join(import.meta.dirname, "../..");
const installMs = 240_000;

/** Of what Node is told, whom to trust stays: without it npm asks a registry behind a company's proxy in vain for minutes. */
const isOurs = (name: string): boolean =>
  /^(npm_|vitest|node_)/i.test(name) && name !== "NODE_EXTRA_CA_CERTS";

/** Without what npm told the tests themselves, and with this Node first. */
const environment = (extra: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !isOurs(name))),
  PATH: [dirname(process.execPath), process.env["PATH"]].join(delimiter),
  ...extra,
});

const run = (
  cwd: string,
  command: string,
  args: readonly string[],
  extra: NodeJS.ProcessEnv = {},
): Promise<Ran> =>
  new Promise((resolve) => {
    execFile(
      command,
      args,
      { cwd, env: environment(extra), maxBuffer: 16 * 1024 * 1024 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
        resolve({ code, stdout, stderr });
      },
    );
  });

async function must(ran: Promise<Ran>): Promise<string> {
  const { code, stdout, stderr } = await ran;
  if (code !== 0) throw new Error(`exit ${code}\n${stdout}\n${stderr}`);
  return stdout;
}

let folder = "";
let home = "";
let server: Server;
let url = "";

/** As people call it; never a package of that name from a registry. */
const vigie = (args: readonly string[]): Promise<Ran> =>
  run(home, "npx", ["vigie", ...args], { npm_config_yes: "false" });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vigie-package-"));
  home = join(folder, "home");
  await mkdir(home);
  await writeFile(
    join(home, "package.json"),
    JSON.stringify({ name: "home", private: true, type: "module" }),
  );
  await must(run(root, "npm", ["pack", "--pack-destination", folder]));
  const [tarball] = (await readdir(folder)).filter((name) => name.endsWith(".tgz"));
  if (tarball === undefined) throw new Error("npm pack made no tarball");
  const install = ["install", "--prefer-offline", "--no-audit", "--no-fund", join(folder, tarball)];
  await must(run(home, "npm", install));
}, installMs);

beforeAll(async () => {
  server = createServer((_request, response) => response.end("here"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  url = `http://127.0.0.1:${address.port}/`;
});

afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

describe("the program", () => {
  test("shows its help", async () => {
    const { code, stdout } = await vigie(["--help"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: vigie/);
    expect(stdout).toMatch(/^ {2}check /m);
  });

  test("checks a server that answers", async () => {
    const { code, stdout } = await vigie(["check", url, "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ url, ok: true, type: null, status: 200, bytes: 4 });
  });

  test("checks a port that refuses", async () => {
    const refusing = createServer();
    await new Promise<void>((resolve) => refusing.listen(0, "127.0.0.1", resolve));
    const address = refusing.address();
    if (address === null || typeof address === "string") throw new Error("the server has no port");
    await new Promise((resolve) => refusing.close(resolve));
    const { code, stdout } = await vigie(["check", `http://127.0.0.1:${address.port}/`, "--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, type: "tcp.refused", status: null });
  });

  test("validates the sample that comes with it", async () => {
    const sample = join(home, "node_modules/vigie/vigie.yaml");
    expect(await vigie(["validate", sample])).toMatchObject({ code: 0 });
  });

  test("speaks to installations, and to AWS with the clients it comes with", async () => {
    const sample = join(home, "node_modules/vigie/vigie.yaml");
    const nobody = "http://127.0.0.1:9";
    expect((await vigie(["apply", "-f", sample, "--url", nobody])).stderr).toContain(`Can't reach ${nobody}`);
    expect((await vigie(["test-alert", "--url", nobody])).stderr).toContain(`Can't reach ${nobody}`);
    const aws = {
      AWS_ENDPOINT_URL: nobody,
      AWS_ACCESS_KEY_ID: "a",
      AWS_SECRET_ACCESS_KEY: "s",
      npm_config_yes: "false",
    };
    const doctor = await run(home, "npx", ["vigie", "doctor", "--region", "eu-west-1"], aws);
    expect(doctor.code).toBe(1);
    expect(doctor.stdout).toContain("AWS did not answer sts:GetCallerIdentity in eu-west-1");
    const init = await run(home, "npx", ["vigie", "init", "--region", "eu-west-1"], aws);
    expect(init.code).toBe(2);
    expect(init.stderr).toContain("AWS did not answer cloudformation:DescribeStacks in eu-west-1");
  });

  test("runs with short pauses of the garbage collector", async () => {
    const tell = "data:text/javascript,console.error(JSON.stringify(process.execArgv))";
    const { stderr } = await run(home, process.execPath, ["node_modules/vigie/dist/launch.js", "--help"], {
      NODE_OPTIONS: `--import=${tell}`,
    });
    expect(stderr.trim().split("\n").at(-1)).toBe('["--max-semi-space-size=1","--v8-pool-size=1"]');
  });

  test("tells a Node that is too old what to do", async () => {
    const pretend =
      'data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"20.19.0"}})';
    const { code, stdout, stderr } = await run(home, process.execPath, [
      `--import=${pretend}`,
      "node_modules/vigie/dist/launch.js",
      "--help",
    ]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/needs Node 24 or newer; this is Node 20\.19\.0/);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

describe("the package", () => {
  test("holds what is built and what is read, and no sources", async () => {
    const files = await readdir(join(home, "node_modules/vigie"));
    expect(files.sort()).toEqual([
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      "dist",
      "package.json",
      "vigie.schema.json",
      "vigie.yaml",
    ]);
  });

  test("is a library too", async () => {
    const script = `
      import { familyOf, makeChecker, step } from "vigie";
      console.log(typeof makeChecker, typeof step, familyOf("tcp.refused"));
    `;
    expect(await must(run(home, process.execPath, ["--input-type=module", "-e", script]))).toBe(
      "function function tcp\n",
    );
  });

  test("brings constructs, with the functions they deploy, for an app of one's own", async () => {
    for (const name of ["aws-cdk-lib", "constructs"])
      await symlink(join(root, "node_modules", name), join(home, "node_modules", name));
    const script = `
      import { App } from "aws-cdk-lib";
      import { makeStacks, parseDeployment } from "vigie/cdk";
      const app = new App({ outdir: "synthesized" });
      makeStacks(app, parseDeployment({ homeRegion: "eu-west-1", probeRegions: ["us-east-1"] }));
      console.log(app.synth().stacks.map(({ stackName }) => stackName).join(" "));
    `;
    expect(await must(run(home, process.execPath, ["--input-type=module", "-e", script]))).toBe(
      "VigieHome VigieProbe-us-east-1\n",
    );
  }, 60_000);

  test("has types", async () => {
    const source = `
      import { type Measurement, familyOf, type FailureFamily } from "vigie";
      export const family: FailureFamily = familyOf("tcp.refused");
      export const status = (found: Measurement): number | null => found.status;
      // @ts-expect-error: there is no such type of failure
      familyOf("nothing.like.this");
    `;
    await writeFile(join(home, "uses.ts"), source);
    const tsc = join(root, "node_modules/.bin/tsc");
    const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2024", "--types", ""];
    expect(await run(home, tsc, [...options, "uses.ts"])).toMatchObject({ code: 0, stdout: "" });
  });
});
