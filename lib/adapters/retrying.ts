import type { Clock } from "../core/ports.ts";

/** How one try to send ended: it arrived, or it did not and another try may (`again`) or can't help. */
export type Attempt = { sent: true } | { sent: false; again: boolean; error: string };

/** Waits between three tries. With tries of at most 6 s all of it ends within the 30 s an effect is claimed for. */
const WAITS_MS = [1_000, 3_000];

/** How long one try to send may take. */
export const ATTEMPT_TIMEOUT_MS = 6_000;

/** Tries up to three times; answers with the last attempt. */
export async function retrying(
  clock: Pick<Clock, "sleep">,
  attempt: () => Promise<Attempt>,
): Promise<Attempt> {
  let latest = await attempt();
  for (const waitMs of WAITS_MS) {
    if (latest.sent || !latest.again) return latest;
    await clock.sleep(waitMs);
    latest = await attempt();
  }
  return latest;
}
