import {
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { Unavailable } from "../../core/errors.ts";
import { chunksOf, inParallel } from "../../core/parallel.ts";
import { fromAws } from "../aws/errors.ts";
import { type QueueOptions, queueName } from "./send.ts";

/** One text for a queue. */
export interface QueuedText {
  body: string;
  /** Whole seconds before anybody may receive it, 900 at most. */
  delayS?: number;
}

/** What one call takes, and how many calls are on their way at a time. */
const AT_ONCE = 10;
const CALLS_AT_ONCE = 10;
/** Single texts of a batch may be refused for the moment. */
const TRIES = 3;

const entryOf = ({ body, delayS = 0 }: QueuedText, index: number): SendMessageBatchRequestEntry => ({
  Id: String(index),
  MessageBody: body,
  ...(delayS > 0 ? { DelaySeconds: delayS } : {}),
});

async function sendOnce(
  client: Pick<SQSClient, "send">,
  url: string,
  texts: readonly QueuedText[],
): Promise<QueuedText[]> {
  const { Failed = [] } = await client
    .send(new SendMessageBatchCommand({ QueueUrl: url, Entries: texts.map(entryOf) }))
    .catch((error: unknown) => {
      throw fromAws(error, `The queue ${queueName(url)} took no messages`);
    });
  return Failed.flatMap(({ Id }) => texts[Number(Id)] ?? []);
}

/**
 * Puts many texts into one queue, ten by ten (together 256 KB at most), those that were refused again. Some may be in
 * the queue even when it throws.
 * The answer throws Unavailable while the queue is out of reach or takes only some, `aws_refused` otherwise.
 */
export function makeSendMany({ client, url }: QueueOptions): (texts: readonly QueuedText[]) => Promise<void> {
  async function sendAll(texts: readonly QueuedText[]): Promise<void> {
    let left = texts;
    for (let attempt = 0; attempt < TRIES && left.length > 0; attempt++)
      left = await sendOnce(client, url, left);
    if (left.length > 0)
      throw new Unavailable(
        `The queue ${queueName(url)} took all but ${left.length} of ${texts.length} messages.`,
      );
  }
  return async (texts) => {
    await inParallel(chunksOf(texts, AT_ONCE), CALLS_AT_ONCE, sendAll);
  };
}
