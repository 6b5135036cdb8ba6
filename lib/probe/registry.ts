import { InvalidInput } from "../core/errors.ts";
import { checkHttp } from "./http/check.ts";
import type { ProtocolCheck } from "./protocol.ts";
import { checkTcp } from "./tcp.ts";

/** What knows how to check a protocol, by the scheme of the endpoint's URL. */
const registry: ReadonlyMap<string, ProtocolCheck> = new Map([
  ["http:", checkHttp],
  ["https:", checkHttp],
  ["tcp:", checkTcp],
]);

/** The check for a URL's scheme; InvalidInput for a scheme nobody checks. */
export function protocolCheckOf(url: string): ProtocolCheck {
  const scheme = url.slice(0, url.indexOf(":") + 1).toLowerCase();
  const check = registry.get(scheme);
  if (check !== undefined) return check;
  const expected = [...registry.keys()].map((name) => `${name}//…`).join(" or ");
  throw new InvalidInput([{ path: "url", expected, received: scheme, message: `expected ${expected}` }]);
}
