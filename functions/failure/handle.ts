import { makeAttempts } from "../../lib/core/alert/attempts.ts";
import type { FailurePost } from "../../lib/core/ports.ts";
import { addPosts, carryOut, type FailureDeps, type WorkList } from "./judge.ts";

export type { FailureDeps } from "./judge.ts";

/**
 * Failures as they happen: judged at once, then delivered. Calling again with the same posts changes nothing, and
 * what fails holds up nothing else of the batch.
 * @throws Unavailable when a store is out of reach: whoever posted keeps the batch and posts again
 * @throws VigieError when an endpoint could not be judged
 */
export function makeHandle(deps: FailureDeps): (posts: readonly FailurePost[]) => Promise<void> {
  return async (posts) => {
    const attempts = makeAttempts();
    const list: WorkList = new Map();
    addPosts(list, posts);
    for (const work of list.values()) await carryOut(deps, work, attempts);
    attempts.end();
  };
}
