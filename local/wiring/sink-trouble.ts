import type { Unavailable } from "../../lib/core/errors.ts";
import type { Listener } from "./events.ts";

/** Tells of a sink that fails: once when it begins, once when the spool is full, once when it is over. */
export interface SinkTrouble {
  began(cause: Unavailable): void;
  /** So many records had to go for new ones. */
  dropped(records: number): void;
  /** Everything that waited is written, or there is no sink any longer. */
  over(by: "empty" | "off"): void;
  lasts(): boolean;
}

const lossOf = (records: number): string =>
  records === 0 ? "nothing was lost" : `${records} measurements had to be dropped`;

const endings = {
  empty: "metrics are written again, those that waited too",
  off: "metrics go nowhere any longer; those that wait are kept until they do",
};

export function makeSinkTrouble(listener: Listener): SinkTrouble {
  let lasts = false;
  let lost = 0;
  return {
    lasts: () => lasts,
    began(cause) {
      if (lasts) return;
      lasts = true;
      const message = `METRICS WAIT! ${cause.message} They are kept on disk and sent later; checks and alerts go on.`;
      listener({ kind: "sink", trouble: "began", message });
    },
    dropped(records) {
      const message =
        "METRICS ARE LOST! More wait for their sink than may be kept on disk: the oldest are dropped.";
      if (lost === 0) listener({ kind: "sink", trouble: "dropping", message });
      lost += records;
    },
    over(by) {
      if (!lasts && lost === 0) return;
      const message = `${endings[by]}; ${lossOf(lost)}`;
      lasts = false;
      lost = 0;
      listener({ kind: "sink", trouble: "over", message });
    },
  };
}
