/**
 * Tells our own network's fault from a target's. What counts as a sign of life: a canary that answered, or
 * a check of a public target that succeeded. All times are epoch ms of one clock.
 *
 * A failure of a public target counts only if
 * - a sign of life began after the failing check had ended, so that a network unplugged in the middle of a
 *   tick blames nobody, and
 * - no round of canaries that overlapped the check failed entirely.
 *
 * Canaries that some firewall blocks would make every failure worthless. They lose their say when public
 * checks succeed between their failures and they never answered, or not for ten minutes: from then on a
 * public success during or after the failing check is enough.
 */
export interface Span {
  from: number;
  to: number;
}

export interface NetworkEvidence {
  /** Latest begin of a sign of life. */
  aliveSince: number;
  /** Latest end of a public check that succeeded. */
  publicUntil: number;
  /** Latest begin of a round in which a canary answered; null before the first. */
  answeredAt: number | null;
  /** Begin of the first round that failed since then. */
  failingSince: number | null;
  /** A public check succeeded since then, */
  publicSuccessSince: boolean;
  /** and the canaries failed again after it. */
  contradicted: boolean;
  /** Rounds that failed entirely, ascending, those of the last ten minutes. */
  failed: Span[];
}

/** `unsettled`: a round that begins now has to tell. */
export type Verdict = "counts" | "ours" | "unsettled";

const MEMORY_MS = 10 * 60_000;

export const nothingKnown: NetworkEvidence = {
  aliveSince: Number.NEGATIVE_INFINITY,
  publicUntil: Number.NEGATIVE_INFINITY,
  answeredAt: null,
  failingSince: null,
  publicSuccessSince: false,
  contradicted: false,
  failed: [],
};

/** A round in which at least one canary answered. */
export function withAnswer(evidence: NetworkEvidence, round: Span): NetworkEvidence {
  return {
    ...evidence,
    aliveSince: Math.max(evidence.aliveSince, round.from),
    answeredAt: round.from,
    failingSince: null,
    publicSuccessSince: false,
    contradicted: false,
  };
}

/** A round in which none did. */
export function withSilence(evidence: NetworkEvidence, round: Span): NetworkEvidence {
  return {
    ...evidence,
    failingSince: evidence.failingSince ?? round.from,
    contradicted: evidence.contradicted || evidence.publicSuccessSince,
    failed: [...evidence.failed.filter((old) => old.to > round.to - MEMORY_MS), round],
  };
}

/** A check of a public target that succeeded. */
export function withPublicSuccess(evidence: NetworkEvidence, check: Span): NetworkEvidence {
  const { failingSince } = evidence;
  return {
    ...evidence,
    aliveSince: Math.max(evidence.aliveSince, check.from),
    publicUntil: Math.max(evidence.publicUntil, check.to),
    publicSuccessSince: evidence.publicSuccessSince || (failingSince !== null && check.from >= failingSince),
  };
}

/** Whether the canaries have lost their say at `now`. */
export function canariesUseless(evidence: NetworkEvidence, now: number): boolean {
  const { contradicted, answeredAt } = evidence;
  return contradicted && (answeredAt === null || now - answeredAt >= MEMORY_MS);
}

const overlaps = (a: Span, b: Span): boolean => a.from <= b.to && b.from <= a.to;

/** Whether the failure of a public target counts, the check of which took `check` with all its tries. */
export function verdictOn(evidence: NetworkEvidence, check: Span): Verdict {
  const silentAfter = evidence.failed.some((round) => round.from >= check.to);
  if (canariesUseless(evidence, check.to)) {
    if (evidence.publicUntil >= check.from) return "counts";
  } else if (evidence.failed.some((round) => overlaps(round, check))) return "ours";
  if (evidence.aliveSince >= check.to) return "counts";
  return silentAfter ? "ours" : "unsettled";
}

/** Of two operators, made to be asked often and to answer with next to nothing. */
export const DEFAULT_CANARIES: readonly string[] = [
  "https://www.gstatic.com/generate_204",
  "https://cloudflare.com/cdn-cgi/trace",
];
