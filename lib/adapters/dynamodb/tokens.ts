import { Conflict } from "../../core/errors.ts";
import type { ApiToken, TokenStore } from "../../core/ports.ts";
import { ABSENT } from "./expression.ts";
import { type Key, number, numberOf, text, textOf } from "./item.ts";
import { itemOf } from "./schema.ts";
import type { Table } from "./table.ts";

const keyFor = (hash: string): Key => ({ pk: `T#${hash}`, sk: "-" });

/** API tokens in the table `config`: `T#<hash>`, `-`. */
export function makeTokens(config: Table): TokenStore {
  async function find(hash: string): Promise<ApiToken | null> {
    const item = await config.get(keyFor(hash), false); // a token that was just made may take a moment
    if (item === null) return null;
    return {
      org: textOf(item, "org"),
      name: textOf(item, "name"),
      createdAt: numberOf(item, "createdAt"),
      ...(item["expiresAt"] === undefined ? {} : { expiresAt: numberOf(item, "expiresAt") }),
    };
  }

  return {
    find,

    async create(hash, { org, name, createdAt, expiresAt }) {
      const item = itemOf(keyFor(hash), {
        org: text(org),
        name: text(name),
        createdAt: number(createdAt),
        ...(expiresAt === undefined ? {} : { expiresAt: number(expiresAt) }),
      });
      const written = await config.put(item, ABSENT);
      // 256 bits of chance: where the answer of a first try was lost, the hash is known because we made it
      if (written === "refused") throw new Conflict("this token exists already: make another one");
    },
  };
}
