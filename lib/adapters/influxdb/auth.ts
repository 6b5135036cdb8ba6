import * as z from "zod";
import { VigieError } from "../../core/errors.ts";

/** Who writes. `Token` is what 2.x expects, `Bearer` 3.x; a user and password are sent as basic authentication. */
export type InfluxAuth =
  | { scheme: "Token" | "Bearer"; token: string }
  | { scheme: "Basic"; user: string; password: string };

/** Says who writes, at every write; null: nobody in particular. */
export interface AuthSource {
  current(): Promise<InfluxAuth | null>;
  /** What it said was refused: it may be old. */
  refused(): void;
}

/** Credentials that don't change. */
export const fixedAuth = (auth: InfluxAuth | null): AuthSource => ({
  current: async () => auth,
  refused: () => undefined,
});

/**
 * Credentials that are kept elsewhere: read at the first write, kept, and read again after they were refused, so that
 * a token that was replaced is found without a restart.
 * @param read the secret's text; Unavailable while it can't be read
 */
export function secretAuth(read: () => Promise<string>): AuthSource {
  let known: Promise<InfluxAuth> | null = null;
  return {
    current() {
      known ??= read()
        .then(parseAuth)
        .catch((error: unknown) => {
          known = null;
          throw error;
        });
      return known;
    },
    refused() {
      known = null;
    },
  };
}

const line = () => z.string().regex(/^[^\p{Cc}]{1,4096}$/u);

const secretSchema = z.union([
  z.object({ token: line(), scheme: z.enum(["Token", "Bearer"]).default("Token") }),
  z
    .object({ user: line(), password: line() })
    .transform(({ user, password }) => ({ scheme: "Basic" as const, user, password })),
  z
    .object({ username: line(), password: line() })
    .transform(({ username, password }) => ({ scheme: "Basic" as const, user: username, password })),
]);

function fields(text: string): unknown {
  if (!text.startsWith("{")) return { token: text };
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * Reads a secret: a token by itself, or JSON `{token, scheme?}` or `{username, password}`.
 * @throws VigieError `bad_secret`, which never shows it
 */
export function parseAuth(secret: string): InfluxAuth {
  const parsed = secretSchema.safeParse(fields(secret.trim()));
  if (parsed.success) return parsed.data;
  const words =
    "The secret for InfluxDB is neither a token nor JSON with `token`, or with `username` and `password`.";
  throw new VigieError("bad_secret", words);
}
