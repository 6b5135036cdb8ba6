import { readFile, stat } from "node:fs/promises";
import { isIP } from "node:net";
import { Unavailable } from "../../core/errors.ts";
import type { Address } from "./lookup.ts";

/** Addresses by name, in the file's order. */
export type Hosts = ReadonlyMap<string, readonly Address[]>;

export const DEFAULT_HOSTS_PATH =
  process.platform === "win32" ? "C:\\Windows\\System32\\drivers\\etc\\hosts" : "/etc/hosts";

const normalized = (name: string): string => name.toLowerCase().replace(/\.$/, "");

/**
 * Parses a hosts file (hosts(5)): address, then names; `#` starts a comment. Lines whose first word is no
 * address, and addresses with a zone (`fe80::1%lo0`), are skipped as the C library skips what it can't use.
 */
export function parseHosts(text: string): Hosts {
  const hosts = new Map<string, Address[]>();
  for (const line of text.split(/\r?\n/)) {
    const [address = "", ...names] = line.replace(/#.*/, "").split(/\s+/).filter(Boolean);
    const family = isIP(address);
    if ((family !== 4 && family !== 6) || address.includes("%")) continue;
    for (const name of names.map(normalized)) {
      hosts.set(name, [...(hosts.get(name) ?? []), { address, family }]);
    }
  }
  return hosts;
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ENOENT";

/**
 * Answers with the hosts file as it is now; parsed again only when its mtime or size changed. A file that
 * doesn't exist is an empty one. Throws Unavailable when it exists and can't be read.
 */
export function makeHostsFile(path: string): () => Promise<Hosts> {
  let seen = "";
  let hosts: Hosts = new Map();
  return async () => {
    try {
      const { mtimeMs, size } = await stat(path);
      const stamp = `${mtimeMs}/${size}`;
      if (stamp !== seen) {
        hosts = parseHosts(await readFile(path, "utf8"));
        seen = stamp;
      }
      return hosts;
    } catch (cause) {
      if (isMissing(cause)) return new Map();
      throw new Unavailable(`Can't read the hosts file ${path}: make it readable for this user.`, { cause });
    }
  };
}
