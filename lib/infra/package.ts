import { existsSync } from "node:fs";
import { join } from "node:path";
import pack from "../../package.json" with { type: "json" };
import { VigieError } from "../core/errors.ts";

export const VERSION = pack.version;

/** Beside the built constructs; from the sources, where `npm run build` puts it. */
const places = [join(import.meta.dirname, "functions"), join(import.meta.dirname, "../../dist/functions")];

/**
 * The folder with the functions' bundles.
 * @throws VigieError `no_bundles`
 */
export function bundlesFolder(): string {
  const found = places.find((place) => existsSync(place));
  if (found !== undefined) return found;
  throw new VigieError(
    "no_bundles",
    `No bundled functions in ${places.join(" or ")}: run \`npm run build\`.`,
  );
}
