import type { SQSBatchResponse, SQSRecord } from "aws-lambda";
import { makeAttempts } from "../../lib/core/alert/attempts.ts";
import { Unjudged } from "../../lib/core/alert/evaluate.ts";
import { type QueueMessage, readQueueMessage } from "../../lib/core/alert/queue-message.ts";
import { inParallel } from "../../lib/core/parallel.ts";
import { addPosts, carryOut, type FailureDeps, type Work, type WorkList, workIn } from "./judge.ts";

export interface QueueDeps extends FailureDeps {
  /** Told when messages stay unsent: when the oldest of them was decided (epoch ms). */
  onLeft?: (oldestAt: number) => void;
}

/** What the function is given of an event; the rest of a record means nothing here. */
export interface QueueEvent {
  Records: readonly Pick<SQSRecord, "messageId" | "body">[];
}

/** One organization's waiting for a slow channel holds up no other. */
const ORGANIZATIONS_AT_ONCE = 8;

function addLook({ endpoints }: Work, ids: readonly string[]): void {
  for (const id of ids) if (!endpoints.has(id)) endpoints.set(id, []);
}

function add(list: WorkList, message: QueueMessage): void {
  if (message.type === "failures") addPosts(list, message.posts);
  else if (message.type === "deliver") workIn(list, message.org).deliver = true;
  else addLook(workIn(list, message.org), message.ids);
}

/** A message that could be read. */
interface Read {
  messageId: string;
  message: QueueMessage;
}

/** Whether what failed in an organization was any of this message's work. */
function concerns({ message }: Read, org: string, errors: readonly unknown[]): boolean {
  const own = message.type === "failures" ? message.posts.filter((post) => post.org === org) : [];
  if (message.type === "failures" ? own.length === 0 : message.org !== org) return false;
  const ids = new Set(message.type === "look" ? message.ids : own.map(({ endpointId }) => endpointId));
  return errors.some((error) => !(error instanceof Unjudged) || ids.has(error.endpointId));
}

/**
 * Handles batches of the failures queue. All messages of a batch are judged together, organization by organization;
 * those that any failed work stands in come back and are harmless to do again. A message that can't be read comes back
 * alone until it ends in the dead letters.
 */
export function makeQueueHandle(deps: QueueDeps): (event: QueueEvent) => Promise<SQSBatchResponse> {
  /** Messages that can be read; the others are told of and named. */
  function readAll(records: QueueEvent["Records"], failed: Set<string>): Read[] {
    return records.flatMap(({ messageId, body }) => {
      try {
        return [{ messageId, message: readQueueMessage(body) }];
      } catch (error) {
        deps.onFault(error);
        failed.add(messageId);
        return [];
      }
    });
  }

  /** Answers what failed. */
  async function doOne(work: Work): Promise<readonly unknown[]> {
    const attempts = makeAttempts();
    const { oldestAt } = await carryOut(deps, work, attempts);
    if (oldestAt !== null) deps.onLeft?.(oldestAt);
    for (const error of attempts.errors) deps.onFault(error);
    return attempts.errors;
  }

  return async ({ Records }) => {
    const failed = new Set<string>();
    const messages = readAll(Records, failed);
    const list: WorkList = new Map();
    for (const { message } of messages) add(list, message);
    await inParallel([...list.values()], ORGANIZATIONS_AT_ONCE, async (work) => {
      const errors = await doOne(work);
      for (const read of messages) if (concerns(read, work.org, errors)) failed.add(read.messageId);
    });
    return { batchItemFailures: [...failed].map((itemIdentifier) => ({ itemIdentifier })) };
  };
}
