import { AsyncLocalStorage } from "node:async_hooks";
import type { Intercept } from "../../../support/dynamodb.ts";

/** What befalls one call. `retried`: the answer is lost, and the SDK tries again. `stall`: time passes afterwards. */
export type Fate = "none" | "crash before" | "crash after" | "retried" | "stall";

interface Actor {
  /** Set while it waits for its turn: lets it make one call. */
  go: (() => void) | null;
  waitingSince: number;
  crashed: boolean;
  done: boolean;
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

  const mayStall = (me: Actor): boolean =>
    actors.every(
      ({ go, waitingSince, done }, i) =>
        actors[i] === me || done || go === null || clock.at + STALL_MS - waitingSince <= LONGEST_CALL_MS,
    );

  function turn(me: Actor): Promise<void> {
    me.waitingSince = clock.at;
    return new Promise((resolve) => {
      me.go = resolve;
      wake();
    });
  }

  /** Others may come in between. */
  async function twice(me: Actor, send: () => Promise<object>): Promise<object> {
    await send();
    await turn(me);
    try {
      return await send();
    } catch (error) {
      if (error instanceof Error) Object.assign(error, { $metadata: { httpStatusCode: 400, attempts: 2 } });
      throw error;
    }
  }

  async function befall(me: Actor, fate: Fate, send: () => Promise<object>): Promise<object> {
    if (fate === "crash before") me.crashed = true;
    if (me.crashed) throw new Crashed();
    const output = await (fate === "retried" ? twice(me, send) : send());
    if (fate === "crash after") me.crashed = true;
    if (me.crashed) throw new Crashed();
    clock.at += fate === "stall" && mayStall(me) ? STALL_MS : 1_000;
    return output;
  }

  const intercept: Intercept = async ({ send }) => {
    const me = current.getStore();
    if (me === undefined) return send();
    if (me.crashed) throw new Crashed();
    await turn(me);
    return befall(me, nextFate(), send);
  };

  const settled = (): boolean => actors.every(({ go, done }) => done || go !== null);

  async function untilSettled(): Promise<void> {
    while (!settled())
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  }

  /** Runs actors to their ends. `afterCall` looks at what each call left behind. */
  async function run(
    works: readonly (() => Promise<void>)[],
    pick: (count: number) => number,
    afterCall: () => Promise<void>,
  ): Promise<void> {
    actors = works.map(() => ({ go: null, waitingSince: 0, crashed: false, done: false }));
    const ends = actors.map((actor, i) =>
      current.run(actor, async () => {
        await works[i]?.().finally(() => {
          actor.done = true;
          wake();
        });
      }),
    );
    for (await untilSettled(); actors.some(({ done }) => !done); await untilSettled()) {
      const waiting = actors.filter(({ go, done }) => go !== null && !done);
      const chosen = waiting[pick(waiting.length)];
      const go = chosen?.go;
      if (chosen !== undefined) chosen.go = null;
      go?.();
      await untilSettled();
      await afterCall();
    }
    await Promise.all(ends);
  }

  return { intercept, run };
}
