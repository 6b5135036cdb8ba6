import { type LoopDelay, makeLoopDelay } from "./loop-delay.ts";
import { makePacer, type Pacer } from "./pace.ts";
import { stamp } from "./trace.ts";

/** Where waiting for each other begins to show in the timings (test/bench/accuracy.ts). */
export const CPU_SHARE = 0.5;
/** Far below the 1,024 files that a process may open by default, with room for stores and two families. */
const IN_FLIGHT = 400;

/** CPU time of all threads, ms: what a quota counts, which event-loop utilisation does not see. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** A pacer on the clocks of this machine. */
export const makeMachinePacer = (cpus: number, inFlight = IN_FLIGHT): Pacer =>
  makePacer({
    share: CPU_SHARE,
    cpus,
    inFlight,
    now: stamp,
    cpuMs,
    later: (ms, run) => {
      setTimeout(run, ms);
    },
  });

/** A sampler of this process's event loop. */
export const makeMachineLoopDelay = (): LoopDelay =>
  makeLoopDelay({
    now: stamp,
    every: (ms, run) => {
      const timer = setInterval(run, ms).unref();
      return { stop: () => clearInterval(timer) };
    },
  });
