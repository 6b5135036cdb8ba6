import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { Patience } from "../aws/client.ts";
import { fromAws } from "../aws/errors.ts";

/** Puts texts into one queue. */
export interface Queue {
  /**
   * @param delayS whole seconds before anybody may receive it, 900 at most
   * @throws Unavailable while the queue is out of reach, `aws_refused` otherwise
   */
  send(body: string, delayS?: number): Promise<void>;
}

export interface QueueOptions {
  client: Pick<SQSClient, "send">;
  url: string;
}

/** For a queue in the region of whoever sends. */
export const QUEUE_PATIENCE: Patience = { connectMs: 500, tryMs: 1_500, tries: 3 };

export function makeQueue({ client, url }: QueueOptions): Queue {
  return {
    async send(body, delayS = 0) {
      const delay = delayS > 0 ? { DelaySeconds: delayS } : {};
      try {
        await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body, ...delay }));
      } catch (error) {
        throw fromAws(error, `The queue ${queueName(url)} took no message`);
      }
    },
  };
}

/** What people call it; the rest of its URL is long. */
export const queueName = (url: string): string => url.slice(url.lastIndexOf("/") + 1);
