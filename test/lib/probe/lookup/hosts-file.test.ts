import { chmod, mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Unavailable } from "../../../../lib/core/errors.ts";
import { makeHostsFile, parseHosts } from "../../../../lib/probe/lookup/hosts-file.ts";

describe("parseHosts", () => {
  it("reads names, aliases, comments and both families, in the file's order", () => {
    const hosts = parseHosts(
      [
        "# a comment",
        "127.0.0.1\tlocalhost",
        "::1 localhost ip6-localhost # with a remark",
        "  10.0.0.7   Intranet.Example. intranet",
        "",
        "10.0.0.8 intranet",
        "fe80::1%lo0 localhost",
        "not-an-address name",
        "10.0.0.9",
      ].join("\r\n"),
    );
    expect(Object.fromEntries(hosts)).toEqual({
      localhost: [
        { address: "127.0.0.1", family: 4 },
        { address: "::1", family: 6 },
      ],
      "ip6-localhost": [{ address: "::1", family: 6 }],
      "intranet.example": [{ address: "10.0.0.7", family: 4 }],
      intranet: [
        { address: "10.0.0.7", family: 4 },
        { address: "10.0.0.8", family: 4 },
      ],
    });
  });
});

describe("makeHostsFile", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "vigie-hosts-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("reads the file again when it changed, and only then", async () => {
    const path = join(folder, "hosts");
    const read = makeHostsFile(path);
    await writeFile(path, "10.0.0.1 a.example");
    await utimes(path, 1000, 1000);
    const first = await read();
    expect(first.get("a.example")).toEqual([{ address: "10.0.0.1", family: 4 }]);
    expect(await read()).toBe(first);

    await writeFile(path, "10.0.0.2 a.example");
    await utimes(path, 2000, 2000);
    expect((await read()).get("a.example")).toEqual([{ address: "10.0.0.2", family: 4 }]);
  });

  it("takes a file that doesn't exist for an empty one, even after it was there", async () => {
    const path = join(folder, "hosts");
    const read = makeHostsFile(path);
    expect((await read()).size).toBe(0);
    await writeFile(path, "10.0.0.1 a.example");
    expect((await read()).size).toBe(1);
    await rm(path);
    expect((await read()).size).toBe(0);
  });

  it("says so when the file can't be read", async () => {
    const path = join(folder, "a-folder");
    await mkdir(path);
    await chmod(path, 0o700);
    await expect(makeHostsFile(path)()).rejects.toThrow(Unavailable);
  });
});
