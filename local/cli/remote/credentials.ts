import { randomUUID } from "node:crypto";
import { chmod, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import * as z from "zod";
import { VigieError } from "../../../lib/core/errors.ts";
import { isToken } from "../../../lib/core/org/token.ts";
import type { CliIo } from "../io.ts";

/** An installation and the token to speak to it. Never print the token. */
export interface Credentials {
  url: string;
  token: string;
}

const OWNER_ONLY = 0o600;
const OWNER_ONLY_FOLDER = 0o700;

const fileSchema = z.strictObject({
  schema: z.literal(1),
  url: z.string().refine((url) => URL.canParse(url)),
  token: z.string().refine(isToken),
});

/** The directory in which this system keeps its users' settings. A relative one is none (XDG Base Directory, 0.8). */
export function configDirectory(env: CliIo["env"], platform: NodeJS.Platform): string {
  const home = env["HOME"] || homedir();
  const chosen = env[platform === "win32" ? "APPDATA" : "XDG_CONFIG_HOME"];
  if (chosen && isAbsolute(chosen)) return join(chosen, "vigie");
  if (platform === "win32") return join(homedir(), "AppData", "Roaming", "vigie");
  return platform === "darwin"
    ? join(home, "Library", "Application Support", "vigie")
    : join(home, ".config", "vigie");
}

/** Where the credentials are kept. */
export const credentialsPath = (env: CliIo["env"], platform: NodeJS.Platform): string =>
  join(configDirectory(env, platform), "credentials.json");

/**
 * What was stored; null when nothing was.
 * @throws VigieError `credentials_unreadable`, which never shows what the file holds
 */
export async function readCredentials(path: string): Promise<Credentials | null> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return null;
    throw unreadable(path, "it can't be read", cause);
  }
  const parsed = fileSchema.safeParse(jsonOf(text));
  if (!parsed.success) throw unreadable(path, "it holds something else", null);
  return { url: parsed.data.url, token: parsed.data.token };
}

/** Stores them for their owner alone: the file is never there half, and never readable for others. */
export async function writeCredentials(path: string, { url, token }: Credentials): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: OWNER_ONLY_FOLDER });
  await chmod(folder, OWNER_ONLY_FOLDER);
  const draft = `${path}.${randomUUID()}`;
  try {
    await using file = await open(draft, "wx", OWNER_ONLY);
    await file.writeFile(`${JSON.stringify({ schema: 1, url, token }, null, 2)}\n`);
    await file.sync();
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // no JSON: refused by the schema like anything else that isn't ours
  }
}

const unreadable = (path: string, reason: string, cause: unknown): VigieError =>
  new VigieError(
    "credentials_unreadable",
    `${path} should hold the API token, but ${reason}: run \`vigie init\` again, or set VIGIE_URL and VIGIE_TOKEN.`,
    { cause },
  );
