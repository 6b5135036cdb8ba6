import { isToken } from "../../lib/core/org/token.ts";
import type { ApiToken, Clock, TokenStore } from "../../lib/core/ports.ts";
import type { ApiDeps, ApiEvent } from "./deps.ts";
import { HttpRefusal } from "./http.ts";

export interface PrincipalDeps {
  tokens: Pick<TokenStore, "find">;
  clock: Pick<Clock, "now">;
  /** SHA-256 in lower-case hex: what tokens are stored under. */
  hash(token: string): string;
}

/** How long a token that was found is taken for known: a revoked one still works for as long. */
export const KNOWN_MS = 60_000;
const MOST_KNOWN = 1_000;

/** Why exactly a token is refused is nobody's business: every refusal is this one. */
const unauthorized = (): HttpRefusal =>
  new HttpRefusal(
    401,
    "unauthorized",
    "Send a valid API token: Authorization: Bearer vg_…. `vigie init` makes the first one.",
    { "www-authenticate": 'Bearer realm="vigie"' },
  );

/** The token of `Authorization: Bearer …`, or null; what has no token's form is never looked up. */
function bearerOf(event: ApiEvent): string | null {
  const token = /^bearer +(\S+) *$/i.exec(event.headers["authorization"] ?? "")?.[1];
  return token !== undefined && isToken(token) ? token : null;
}

interface Known {
  token: ApiToken;
  foundAt: number;
}

/**
 * Names the organization of a request by its API token. Tokens that were found are remembered for a minute, so that not
 * every request reads the store; unknown ones are not, so that a token works as soon as it is made.
 * The answer throws HttpRefusal 401 without a valid token, Unavailable when the store can't be reached.
 */
export function makePrincipal({ tokens, clock, hash }: PrincipalDeps): ApiDeps["principal"] {
  const known = new Map<string, Known>();

  async function find(key: string, now: number): Promise<ApiToken | null> {
    const before = known.get(key);
    const age = before === undefined ? Number.POSITIVE_INFINITY : now - before.foundAt;
    if (before !== undefined && age >= 0 && age < KNOWN_MS) return before.token;
    known.delete(key);
    const token = await tokens.find(key);
    const [oldest] = known.keys();
    if (known.size >= MOST_KNOWN && oldest !== undefined) known.delete(oldest);
    if (token !== null) known.set(key, { token, foundAt: now });
    return token;
  }

  return async (event) => {
    const bearer = bearerOf(event);
    if (bearer === null) throw unauthorized();
    const now = clock.now();
    const token = await find(hash(bearer), now);
    if (token === null || (token.expiresAt ?? Number.POSITIVE_INFINITY) <= now) throw unauthorized();
    return { org: token.org };
  };
}
