import { isToken } from "../../../lib/core/org/token.ts";
import { UsageError } from "../errors.ts";
import type { CliIo } from "../io.ts";
import { type Credentials, credentialsPath, readCredentials } from "./credentials.ts";

/** The installation that a command speaks to. */
export interface Target {
  /** Without a slash at its end. */
  url: string;
  /** Null where none is needed: on this machine. Never print it. */
  token: string | null;
}

const isLoopback = ({ hostname }: URL): boolean =>
  hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);

/**
 * Chooses the installation: `--url`, else VIGIE_URL, else the one that `vigie init` stored; the token is VIGIE_TOKEN,
 * else the stored one. A stored token is sent only to where it was stored for, and none goes over plain HTTP to
 * another machine.
 * @throws UsageError when there is none, or it can't be used
 */
export async function targetOf(flag: string | undefined, io: CliIo): Promise<Target> {
  const given = flag ?? (io.env["VIGIE_URL"] || undefined);
  const ownToken = io.env["VIGIE_TOKEN"] || undefined;
  if (ownToken !== undefined && !isToken(ownToken))
    throw new UsageError(
      "VIGIE_TOKEN does not hold an API token: those begin with vg_ and have 46 characters.",
    );
  const stored = given !== undefined && ownToken !== undefined ? null : await storedFor(given, io);
  const url = given ?? stored?.url;
  if (url === undefined)
    throw new UsageError(
      "No installation is known here. Run `vigie init` with AWS credentials, set VIGIE_URL and VIGIE_TOKEN, or give " +
        "--url http://127.0.0.1:4280 for `vigie start` on this machine.",
    );
  const parsed = baseOf(url, flag === undefined ? "VIGIE_URL" : "--url");
  return { url: parsed, token: tokenFor(parsed, ownToken ?? tokenIn(stored, parsed)) };
}

async function storedFor(given: string | undefined, io: CliIo): Promise<Credentials | null> {
  const known = given !== undefined && URL.canParse(given) && isLoopback(new URL(given));
  return known ? null : readCredentials(credentialsPath(io.env, process.platform));
}

const tokenIn = (stored: Credentials | null, url: string): string | null =>
  stored !== null && trimmed(stored.url) === url ? stored.token : null;

function tokenFor(url: string, token: string | null): string | null {
  const parsed = new URL(url);
  if (token !== null && parsed.protocol === "http:" && !isLoopback(parsed))
    throw new UsageError(`${url} is not encrypted: a token is sent to https:// only.`);
  return token;
}

const trimmed = (url: string): string => url.replace(/\/+$/, "");

function baseOf(text: string, name: string): string {
  const url = URL.parse(text);
  const fits =
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    url.search === "" &&
    url.hash === "" &&
    url.username === "";
  if (!fits)
    throw new UsageError(`${name} takes the https:// URL of an installation, without user and query.`);
  return trimmed(url.href);
}
