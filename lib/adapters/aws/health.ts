/** Any longer is no health. */
const TIMEOUT_MS = 5_000;

/** Asks an address whether all is well there: true for 2xx in time. Rejects when no answer comes. */
export function makeHealth(url: string, timeoutMs = TIMEOUT_MS): () => Promise<boolean> {
  return async () => {
    const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: "error" });
    await answer.body?.cancel();
    return answer.ok;
  };
}
