import { VigieError } from "../../core/errors.ts";

export interface HeartbeatOptions {
  /** Its path is its password: it stands in no error. */
  url: string;
  timeoutMs: number;
}

const failed = (why: string): VigieError =>
  new VigieError(
    "heartbeat_failed",
    `HEARTBEAT_URL took no heartbeat (${why}): see whether it still exists.`,
  );

/** Why nothing came, without the URL that some errors carry. */
const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.name : "an error without a name";

/**
 * Posts a heartbeat: nothing but the call itself.
 * The answer throws VigieError `heartbeat_failed` when it is refused or doesn't come in time.
 */
export function makeHeartbeat({ url, timeoutMs }: HeartbeatOptions): () => Promise<void> {
  return async () => {
    const response = await fetch(url, { method: "POST", signal: AbortSignal.timeout(timeoutMs) }).catch(
      (error: unknown) => {
        throw failed(reasonOf(error));
      },
    );
    await response.body?.cancel();
    if (!response.ok) throw failed(`status ${response.status}`);
  };
}
