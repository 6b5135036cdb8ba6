import {
  canariesUseless,
  nothingKnown,
  type Span,
  verdictOn,
  withAnswer,
  withPublicSuccess,
  withSilence,
} from "../../lib/core/check/canary.ts";
import type { Checker } from "../../lib/core/check/checker.ts";
import { bareEndpoint } from "../../lib/core/endpoint/bare.ts";
import type { Endpoint } from "../../lib/core/endpoint/endpoint.ts";
import type { Clock } from "../../lib/core/ports.ts";
import type { OnFault } from "./fault.ts";

/** Decides whether the failure of a public target counts (lib/core/check/canary.ts has the rule). */
export interface CanaryGate {
  /** At the start of every tick: begins a round, unless one has begun within the last five seconds. */
  open(): void;
  /** A check of a public target succeeded. */
  heard(check: Span): void;
  /** Whether a failure of a public target, just found, counts; may run a round first. Never rejects. */
  judge(check: Span): Promise<boolean>;
  /** Resolves when no round is under way: one that an environment is frozen in would end wrongly. */
  settled(): Promise<void>;
}

export interface CanaryOptions {
  /** URLs asked side by side; an empty list trusts the network: every failure counts. */
  urls: readonly string[];
  checker: Checker;
  clock: Clock;
  /** Our own network was found dead (once), or is back (once). `since`: epoch ms. */
  onOwnNetwork(up: boolean, since: number): void;
  /** The canaries lost their say: they don't answer while public endpoints do. Said once until one answers. */
  onUselessCanaries(): void;
  onFault: OnFault;
}

const TIMEOUT_MS = 5_000;
const SPACING_MS = 1_000;
const FRESH_MS = 5_000;
/** A round that began too early, the one that tells, and one more should the clock have stepped back. */
const ROUNDS_PER_VERDICT = 3;

/** A canary as an endpoint: any HTTP answer counts, certificates are verified (a captive portal is no answer). */
export function canaryEndpoint(url: string): Endpoint {
  const expect = { status: [{ from: 100, to: 599 }], json: [], headers: [] };
  return bareEndpoint("canary", url, { timeoutMs: TIMEOUT_MS, redirects: 0, expect });
}

/** A gate that believes every failure: for an empty list of canaries. */
const trusting: CanaryGate = {
  open: () => undefined,
  heard: () => undefined,
  judge: async () => true,
  settled: async () => undefined,
};

export function makeCanaryGate(options: CanaryOptions): CanaryGate {
  return options.urls.length === 0 ? trusting : watching(options);
}

/** Asks every canary at once; true as soon as one answers. The others are then given up. */
async function anyAnswers({ urls, checker, onFault }: CanaryOptions): Promise<boolean> {
  const enough = new AbortController();
  const ask = async (url: string): Promise<void> => {
    const found = await checker.check(canaryEndpoint(url), { retry: false, signal: enough.signal });
    if (found.outcome !== "ok") throw found.outcome;
  };
  const heard = (url: string) =>
    ask(url).catch((error: unknown) => {
      if (error instanceof Error && !enough.signal.aborted) onFault(error, { what: "canary", url });
      throw error;
    });
  try {
    await Promise.any(urls.map(heard));
    return true;
  } catch {
    return false; // every canary failed: that is an answer, not an error
  } finally {
    enough.abort();
  }
}

function watching(options: CanaryOptions): CanaryGate {
  const { clock } = options;
  const voice = makeVoice(options);
  let evidence = nothingKnown;
  let running: Promise<void> | null = null;
  let begunAt = Number.NEGATIVE_INFINITY;

  async function ask(): Promise<void> {
    const wait = begunAt + SPACING_MS - clock.now();
    if (wait > 0 && wait <= SPACING_MS) await clock.sleep(wait);
    const from = clock.now();
    begunAt = from;
    const answered = await anyAnswers(options);
    const round = { from, to: clock.now() };
    evidence = answered ? withAnswer(evidence, round) : withSilence(evidence, round);
    if (answered) voice.alive(from);
    else voice.useless(canariesUseless(evidence, round.to));
  }

  const round = (): Promise<void> => {
    running ??= ask().finally(() => {
      running = null;
    });
    return running;
  };

  return {
    open() {
      const age = clock.now() - begunAt;
      if (age < 0 || age >= FRESH_MS) void round();
    },
    heard(check) {
      evidence = withPublicSuccess(evidence, check);
      voice.alive(check.from);
    },
    async judge(check) {
      let verdict = verdictOn(evidence, check);
      for (let i = 0; verdict === "unsettled" && i < ROUNDS_PER_VERDICT; i++) {
        await round();
        verdict = verdictOn(evidence, check);
      }
      if (verdict !== "counts") voice.dead(evidence.failingSince ?? check.to);
      return verdict === "counts";
    },
    async settled() {
      await running;
    },
  };
}

/** Says each change of our own network once. */
function makeVoice({ onOwnNetwork, onUselessCanaries }: CanaryOptions) {
  let deadSince: number | null = null;
  let toldUseless = false;
  return {
    dead(since: number): void {
      if (deadSince !== null) return;
      deadSince = since;
      onOwnNetwork(false, since);
    },
    alive(since: number): void {
      if (deadSince !== null && since >= deadSince) {
        deadSince = null;
        onOwnNetwork(true, since);
      }
    },
    useless(useless: boolean): void {
      if (useless && !toldUseless) onUselessCanaries();
      toldUseless = useless;
    },
  };
}
