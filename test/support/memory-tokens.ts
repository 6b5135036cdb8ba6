import { Conflict } from "../../lib/core/errors.ts";
import type { ApiToken, TokenStore } from "../../lib/core/ports.ts";

/** Tokens in memory, and how often one was looked up. */
export function memoryTokens(): TokenStore & { finds(): number } {
  const known = new Map<string, ApiToken>();
  let finds = 0;
  return {
    finds: () => finds,
    async find(hash) {
      finds++;
      return known.get(hash) ?? null;
    },
    async create(hash, token) {
      if (known.has(hash)) throw new Conflict("The token exists.");
      known.set(hash, token);
    },
  };
}
