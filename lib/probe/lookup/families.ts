import { setImmediate } from "node:timers/promises";
import type { IpFamily } from "../../core/check/measurement.ts";
import { type Answer, isAbsent } from "./answer.ts";

/** How long AAAA may take after A has answered (the Resolution Delay of RFC 8305, section 3). */
export const RESOLUTION_DELAY_MS = 50;

/** Waits for `ms`, or less when the signal aborts; as Clock.sleep. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

/** A says either that the host has addresses or that the name does not exist for any type of record. */
const settles = (a: Answer): boolean => "addresses" in a || a.code === "ENOTFOUND";

/** Addresses outdo errors (IPv4 first); "there is none" is outdone by an error of which the end is not known. */
function combine(a: Answer, aaaa: Answer): Answer {
  if ("addresses" in a) {
    return "addresses" in aaaa ? { addresses: [...a.addresses, ...aaaa.addresses] } : a;
  }
  return "addresses" in aaaa || isAbsent(a.code) ? aaaa : a;
}

/** Both answers often come in one packet burst: a turn of the event loop is cheaper than a timer. */
async function withinTurn(answer: Promise<Answer>): Promise<Answer | null> {
  return await Promise.race([answer, setImmediate(null)]);
}

async function withinDelay(answer: Promise<Answer>, sleep: Sleep): Promise<Answer | null> {
  const done = new AbortController();
  const delay = sleep(RESOLUTION_DELAY_MS, done.signal).then(() => null);
  try {
    return await Promise.race([answer, delay]);
  } finally {
    done.abort();
  }
}

/**
 * Asks for A and AAAA side by side. IPv4 stands first: it is what nearly every vantage point has, and a probe
 * that switched families with the weather would compare apples to pears; `family: 6` or `both` asks for IPv6.
 * So A is waited for, and AAAA only a moment longer.
 */
export async function askBoth(ask: (family: IpFamily) => Promise<Answer>, sleep: Sleep): Promise<Answer> {
  const pending = { a: ask(4), aaaa: ask(6) };
  pending.aaaa.catch(() => {
    // Both may reject with a fault of ours: this one must not go unhandled when it is not awaited below.
  });
  const a = await pending.a;
  if (!settles(a)) return combine(a, await pending.aaaa);
  const aaaa = (await withinTurn(pending.aaaa)) ?? (await withinDelay(pending.aaaa, sleep));
  return aaaa === null ? a : combine(a, aaaa);
}
