import { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate } from "node:timers/promises";
import type { Intercept } from "../../../support/dynamodb.ts";

/** What befalls one call. `retried`: the answer is lost, and the SDK tries again. `stall`: time passes afterwards. */
export type Fate = "none" | "crash before" | "crash after" | "retried" | "stall";

interface Actor {
  crashed: boolean;
  done: boolean;
}

/** A call that waits for its turn. */
interface Waiting {
  actor: Actor;
  since: number;
  go(): void;
  /** Resolves once it has been carried out, or waits again. */
  over: Promise<void>;
}

export class Crashed extends Error {}

const STALL_MS = 50_000;
/** A call that was begun is over by then, one way or the other: the client's timeouts see to it. */
const LONGEST_CALL_MS = 55_000;

/**
 * Lets several actors make their calls one at a time, in an order that the test decides, with what befalls each. Time
 * passes with every call.
 */
export function makeTurns(clock: { at: number }, nextFate: () => Fate) {
  const current = new AsyncLocalStorage<Actor>();
  let wake: () => void = () => undefined;
  let actors: Actor[] = [];
  let waiting: Waiting[] = [];

  /** Resolves when it is this actor's turn, with what to call once it is over. */
  function turn(actor: Actor): Promise<() => void> {
    const { promise: mine, resolve: begin } = Promise.withResolvers<() => void>();
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    waiting.push({ actor, since: clock.at, go: () => begin(end), over });
    wake();
    return mine;
  }

  /** The answer of the first try is lost; others may come before the second. */
  async function twice(me: Actor, end: () => void, send: () => Promise<object>) {
    await send();
    const again = turn(me);
    end();
    const endAgain = await again;
    try {
      return { output: await send(), end: endAgain };
    } catch (error) {
      endAgain();
      if (error instanceof Error) Object.assign(error, { $metadata: { httpStatusCode: 400, attempts: 2 } });
      throw error;
    }
  }

  function crash(me: Actor, now: boolean): void {
    me.crashed ||= now;
    if (me.crashed) throw new Crashed();
  }

  /** Nobody whose call is under way may be held up for longer than calls last. */
  const mayStall = (): boolean =>
    waiting.every(({ since }) => clock.at + STALL_MS - since <= LONGEST_CALL_MS);

  const intercept: Intercept = async ({ send }) => {
    const me = current.getStore();
    if (me === undefined) return send();
    crash(me, false);
    let end = await turn(me);
    try {
      const fate = nextFate();
      crash(me, fate === "crash before");
      const answer = fate === "retried" ? await twice(me, end, send) : { output: await send(), end };
      end = answer.end;
      crash(me, fate === "crash after");
      clock.at += fate === "stall" && mayStall() ? STALL_MS : 1_000;
      return answer.output;
    } finally {
      end();
    }
  };

  const settled = (): boolean =>
    actors.every((actor) => actor.done || waiting.some((call) => call.actor === actor));

  async function untilSettled(): Promise<void> {
    await setImmediate(); // what a call was answered leads to the next
    while (!settled())
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    await setImmediate(); // an actor may make several calls at once
  }

  /** Runs actors to their ends. `afterCall` looks at what each call left behind. */
  async function run(
    works: readonly (() => Promise<void>)[],
    pick: (count: number) => number,
    afterCall: () => Promise<void>,
  ): Promise<void> {
    actors = works.map(() => ({ crashed: false, done: false }));
    waiting = [];
    const ends = actors.map((actor, i) =>
      current.run(actor, async () => {
        await works[i]?.().finally(() => {
          actor.done = true;
          wake();
        });
      }),
    );
    for (await untilSettled(); waiting.length > 0; await untilSettled()) {
      const [chosen] = waiting.splice(pick(waiting.length), 1);
      chosen?.go();
      await chosen?.over;
      await afterCall();
    }
    await Promise.all(ends);
  }

  return { intercept, run };
}
