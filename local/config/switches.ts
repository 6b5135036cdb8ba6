import { isMap, type PlainMap } from "./merge.ts";

const words = new Map<unknown, boolean>([
  ["on", true],
  ["yes", true],
  ["off", false],
  ["no", false],
]);

/** Reads `on`, `off`, `yes` and `no` as people mean them, at the places where a yes or no is expected. */
export function withSwitches(endpoint: PlainMap): PlainMap {
  const enabled = words.get(endpoint["enabled"]);
  const tls = endpoint["tls"];
  const verify = isMap(tls) ? words.get(tls["verify"]) : undefined;
  return {
    ...endpoint,
    ...(enabled === undefined ? {} : { enabled }),
    ...(verify === undefined ? {} : { tls: { ...(isMap(tls) ? tls : {}), verify } }),
  };
}
