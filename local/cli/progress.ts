import type { Clock } from "../../lib/core/ports.ts";
import type { CliIo } from "./io.ts";

export interface Progress {
  /** So many of all are done. */
  at(done: number): void;
  /** Clears the line. */
  end(): void;
}

const SHOW_AFTER_MS = 1_000;
const EVERY_MS = 100;
const EVERY_WITHOUT_TERMINAL_MS = 10_000;

/**
 * Tells on standard error how far something is, once it has taken a second: on a terminal in one line that is written
 * over, elsewhere in a new line every ten seconds.
 * @param what as it stands before the numbers: `applying`
 */
export function progressOf(
  what: string,
  total: number,
  { stderr }: Pick<CliIo, "stderr">,
  clock: Pick<Clock, "now">,
): Progress {
  const terminal = stderr.isTTY === true;
  const every = terminal ? EVERY_MS : EVERY_WITHOUT_TERMINAL_MS;
  const startedAt = clock.now();
  let nextAt = startedAt + (terminal ? SHOW_AFTER_MS : EVERY_WITHOUT_TERMINAL_MS);
  let shown = false;
  return {
    at(done) {
      const now = clock.now();
      if (now < nextAt) return;
      nextAt = now + every;
      shown = true;
      const text = `${what} ${done} of ${total}, ${Math.round((now - startedAt) / 1_000)} s`;
      stderr.write(terminal ? `\r\u001b[K${text}` : `${text}\n`);
    },
    end() {
      if (shown && terminal) stderr.write("\r\u001b[K");
    },
  };
}
