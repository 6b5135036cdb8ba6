/** An event source mapping: messages of a queue become invocations, as Lambda's poller does it, one step at a time. */
import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import type { BoxClock } from "./clock.ts";
import type { DeployedFunction, Invocation } from "./runner/deployed.ts";
import type { Message, Queue } from "./sqs/queue.ts";
import { md5, queueArn } from "./sqs/stand-in.ts";

export interface MappingOptions {
  /** 10 by default. */
  batchSize?: number;
  /** How many invocations run at once; 5 by default, as pollers begin. */
  concurrency?: number;
  /** Reorders what is delivered; a message given twice is delivered twice. */
  arrange?(messages: Message[]): Message[];
}

const BATCH = 10;
const CONCURRENCY = 5;

const eventOf = (queue: Queue, messages: readonly Message[]): SQSEvent => ({
  Records: messages.map(({ id, receipt, body, receives, sentAt }) => ({
    messageId: id,
    receiptHandle: receipt,
    body,
    attributes: {
      ApproximateReceiveCount: String(receives),
      SentTimestamp: String(sentAt),
      SenderId: "AIDATEST",
      ApproximateFirstReceiveTimestamp: String(sentAt),
    },
    messageAttributes: {},
    md5OfBody: md5(body),
    eventSource: "aws:sqs",
    eventSourceARN: queueArn(queue),
    awsRegion: queue.region,
  })),
});

/** The ids to keep, or null when the answer is not one: then all are kept, as Lambda has it. */
function failedOf(payload: unknown, messages: readonly Message[]): Set<string> | null {
  if (payload === null || payload === undefined) return new Set();
  // checked right below as far as Lambda checks it
  const { batchItemFailures = [] } = payload as Partial<SQSBatchResponse>;
  const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  const known = new Set(messages.map(({ id }) => id));
  return [...failed].every((id) => known.has(id)) ? failed : null;
}

async function deliverBatch(
  queue: Queue,
  deployed: DeployedFunction,
  messages: Message[],
): Promise<Invocation> {
  const invocation = await deployed.invoke(eventOf(queue, messages));
  if (invocation.outcome.kind !== "answered") return invocation;
  const failed = failedOf(invocation.outcome.payload, messages);
  if (failed !== null) for (const { id, receipt } of messages) if (!failed.has(id)) queue.delete(receipt);
  return invocation;
}

/**
 * Delivers what is visible now, in batches side by side. What fails, or is said to have failed, stays hidden for the
 * queue's visibility timeout and is delivered again by a later call, or becomes a dead letter.
 */
export async function deliver(
  queue: Queue,
  deployed: DeployedFunction,
  { batchSize = BATCH, concurrency = CONCURRENCY, arrange = (messages) => messages }: MappingOptions = {},
): Promise<Invocation[]> {
  const messages = arrange(queue.receive(Number.POSITIVE_INFINITY));
  const batches = Array.from({ length: Math.ceil(messages.length / batchSize) }, (_, i) =>
    messages.slice(i * batchSize, (i + 1) * batchSize),
  );
  const invocations: Invocation[] = [];
  const next = async (): Promise<void> => {
    for (let batch = batches.shift(); batch !== undefined; batch = batches.shift())
      invocations.push(await deliverBatch(queue, deployed, batch));
  };
  await Promise.all(Array.from({ length: concurrency }, next));
  return invocations;
}

/** Puts the clock forward to the next message of these queues; answers whether there is one by `until` (epoch ms). */
export function forwardToNext(clock: BoxClock, queues: readonly Queue[], until: number): boolean {
  const times = queues.map((queue) => queue.nextAt()).filter((at) => at !== null);
  const next = Math.min(...times);
  if (next > until) return false;
  if (next > clock.now()) clock.forwardTo(next);
  return true;
}
