import { createHash } from "node:crypto";
import { TOKEN_BYTES } from "../../core/org/token.ts";

/** A new API token. `random` answers so many bytes of chance that nobody can foresee. */
export const newToken = (random: (bytes: number) => Uint8Array): string =>
  `vg_${Buffer.from(random(TOKEN_BYTES)).toString("base64url")}`;

/**
 * The hash under which a token is stored: SHA-256 in lower-case hex. A slow hash would add nothing: a token has 256
 * bits of chance, so there is no dictionary to try.
 */
export const hashToken = (token: string): string => createHash("sha256").update(token).digest("hex");
