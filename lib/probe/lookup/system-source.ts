import { lookup as getaddrinfo } from "node:dns/promises";
import { ABORTED, type Answer, codeOf, type Source } from "./answer.ts";
import type { FamilyChoice } from "./lookup.ts";

/** The part of `dns.promises.lookup` used here. */
export type GetAddrInfo = (
  name: string,
  options: { all: true; family: 0 | 4 | 6; order: "ipv4first" },
) => Promise<{ address: string; family: number }[]>;

export interface SystemSourceOptions {
  /** How many getaddrinfo calls may run at once. */
  concurrency: number;
  getaddrinfo?: GetAddrInfo;
}

const FAMILIES: Record<FamilyChoice, 0 | 4 | 6> = { any: 0, 4: 4, 6: 6 };

/** Waits for one of `slots`; answers false when the signal aborted before one was free. */
function makeSlots(slots: number) {
  let free = slots;
  const waiting = new Set<() => void>();
  const acquire = (signal: AbortSignal): Promise<boolean> => {
    if (signal.aborted) return Promise.resolve(false);
    if (free > 0) {
      free -= 1;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const leave = () => {
        waiting.delete(enter);
        resolve(false);
      };
      const enter = () => {
        signal.removeEventListener("abort", leave);
        resolve(true);
      };
      waiting.add(enter);
      signal.addEventListener("abort", leave, { once: true });
    });
  };
  const release = () => {
    const [next] = waiting;
    if (next === undefined) {
      free += 1;
      return;
    }
    waiting.delete(next);
    next();
  };
  return { acquire, release };
}

/**
 * Asks the operating system (getaddrinfo), for split DNS, `.local` and search domains. It blocks a thread of
 * libuv's pool (4 unless UV_THREADPOOL_SIZE says otherwise) until the system gives up, which can take half a
 * minute, and can't be cancelled: so only `concurrency` calls run at once, which leaves threads for the file
 * system, and whoever gave up waiting leaves the queue. Raise UV_THREADPOOL_SIZE and `concurrency` together.
 */
export function makeSystemSource(options: SystemSourceOptions): Source {
  const slots = makeSlots(options.concurrency);
  const call: GetAddrInfo = options.getaddrinfo ?? getaddrinfo;
  return async (name, family, signal): Promise<Answer> => {
    if (!(await slots.acquire(signal))) return { code: ABORTED };
    try {
      const found = await call(name, { all: true, family: FAMILIES[family], order: "ipv4first" });
      const addresses = found.map(
        ({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }) as const,
      );
      return addresses.length === 0 ? { code: "ENODATA" } : { addresses };
    } catch (error) {
      return { code: codeOf(error) };
    } finally {
      slots.release();
    }
  };
}
