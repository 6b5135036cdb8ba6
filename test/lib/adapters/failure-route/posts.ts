import { failure } from "../../../../lib/core/check/outcome.ts";
import type { FailurePost } from "../../../../lib/core/ports.ts";

export const T0 = Date.UTC(2026, 10, 20, 12);

/** A post as a probe makes it. */
export const postOf = (endpointId: string, message = "connection refused"): FailurePost => ({
  org: "default",
  endpointId,
  outcomes: [
    {
      region: "eu-west-1",
      scheduledAt: T0,
      outcome: failure("tcp.refused", message),
      totalMs: 12.5,
      timings: { dnsMs: 1, connectMs: null, tlsMs: null, firstByteMs: null, transferMs: null },
      posted: true,
    },
  ],
});
