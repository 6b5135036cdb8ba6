import type { CheckRecord } from "../../../../lib/core/check/record.ts";
import { recordSample, T0 } from "../../../contract/samples.ts";
import { seeded } from "../../../support/random.ts";

/** 500 records as a probe makes them: hosts at all distances, timings that vary to the microsecond. */
export function probed(count = 500, seed = 7): CheckRecord[] {
  const random = seeded(seed);
  const spread = (ms: number, factor: number): number => ms * factor ** (random() * 2 - 1);
  const round = (ms: number): number => Math.round(ms * 1_000) / 1_000;
  const words = ["shop", "blog", "api", "www", "checkout", "status", "admin", "docs", "cdn", "mail"];
  return Array.from({ length: count }, (_, i) => {
    const farMs = spread(25, 4);
    const phases = {
      dnsMs: round(spread(6, 3)),
      connectMs: round(farMs),
      tlsMs: round(spread(farMs * 1.3, 1.3)),
      firstByteMs: round(spread(70, 4)),
      transferMs: round(spread(1, 4)),
    };
    const totalMs = round(Object.values(phases).reduce((sum, ms) => sum + ms, spread(0.2, 2)));
    return recordSample({
      endpointId: `${words[i % words.length]}-${Math.floor(random() * 1e6).toString(36)}`,
      startedAt: T0 + 300 + Math.floor(random() * 1_500),
      bytes: Math.floor(spread(20_000, 10)),
      ...phases,
      totalMs,
    });
  });
}
