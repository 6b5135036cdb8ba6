import { MESSAGE_LIMIT_BYTES, writeFailures } from "../../core/alert/post.ts";
import type { FailureRoute } from "../../core/ports.ts";
import { splitToFit } from "../aws/split.ts";
import type { Queue } from "../sqs/send.ts";
import type { SignedPost } from "./signed-post.ts";

export interface ApiGatewayRouteOptions {
  post: SignedPost;
  /** This region's forward queue. */
  queue: Queue;
  /** Told why home did not take failures, once the queue has. */
  onFault(error: unknown): void;
}

/**
 * Posts failures to home, where a queue keeps them before anybody judges. What home does not take waits in this
 * region's queue. Twice is harmless: a post that timed out may have arrived.
 * `post` throws what home's API threw when the queue does not take them either.
 */
export function makeApiGatewayRoute({ post, queue, onFault }: ApiGatewayRouteOptions): FailureRoute {
  async function bring(body: string): Promise<void> {
    try {
      await post(body);
    } catch (refused) {
      await queue.send(body).catch((error: unknown) => {
        onFault(error);
        throw refused;
      });
      onFault(refused);
    }
  }
  return {
    async post(batch) {
      const bodies = splitToFit(batch, MESSAGE_LIMIT_BYTES, writeFailures);
      const brought = await Promise.allSettled(bodies.map(bring));
      for (const one of brought) if (one.status === "rejected") throw one.reason;
    },
  };
}
