import { createHash } from "node:crypto";
import type {
  ChangeMessageVisibilityRequest,
  DeleteMessageBatchRequest,
  DeleteMessageRequest,
  GetQueueAttributesRequest,
  ReceiveMessageRequest,
  SendMessageBatchRequest,
  SendMessageBatchRequestEntry,
  SendMessageRequest,
} from "@aws-sdk/client-sqs";
import type { BoxClock } from "../clock.ts";
import { bodyOf, json, targetOf } from "../protocols.ts";
import type { Ordered, StandIn } from "../stand-in.ts";
import { type Answer, arn, type BoxRequest, lastOf, type Refusal, RefusedCall } from "../wire.ts";
import { type Message, makeQueue, type Queue, type QueueOptions } from "./queue.ts";

export interface Sqs extends StandIn {
  create(options: QueueOptions): Queue;
  /** Throws RefusedCall when there is none. */
  queue(region: string, name: string): Queue;
  all(): Queue[];
}

/** The path of a queue's address is `/<account>/<name>`; its origin is the door of whoever uses it. */
export const queueUrl = (door: string, name: string): string =>
  `${door}/${arn("sqs", "", name).split(":")[4]}/${name}`;

export const queueArn = ({ region, name }: Pick<Queue, "region" | "name">): string =>
  arn("sqs", region, name);

export const md5 = (text: string): string => createHash("md5").update(text).digest("hex");

const MAX_BATCH = 10;
const MAX_BATCH_BYTES = 262_144;

const asError = ({ status, code, message }: Refusal): Answer =>
  json({ __type: `com.amazonaws.sqs#${code}`, message }, status, {
    "x-amzn-query-error": `${code};${status < 500 ? "Sender" : "Receiver"}`,
  });

const sent = (message: Message) => ({ MessageId: message.id, MD5OfMessageBody: md5(message.body) });

function sendEntry(queue: Queue, { Id, MessageBody = "", DelaySeconds = 0 }: SendMessageBatchRequestEntry) {
  try {
    return { Id, ...sent(queue.send(MessageBody, DelaySeconds * 1_000)) };
  } catch (error) {
    if (!(error instanceof RefusedCall)) throw error;
    const { code, message } = error.refusal;
    return { Id, SenderFault: true, Code: code, Message: message };
  }
}

function sendBatch(queue: Queue, request: Ordered): Answer {
  const { Entries = [] } = bodyOf<SendMessageBatchRequest>(request);
  if (Entries.length === 0) throw new RefusedCall("EmptyBatchRequest", "There should be at least one entry.");
  if (Entries.length > MAX_BATCH)
    throw new RefusedCall("TooManyEntriesInBatchRequest", "Maximum number of entries per request are 10.");
  if (new Set(Entries.map(({ Id }) => Id)).size < Entries.length)
    throw new RefusedCall("BatchEntryIdsNotDistinct", "Id of each entry has to be its own.");
  if (
    Entries.reduce((sum, { MessageBody = "" }) => sum + Buffer.byteLength(MessageBody), 0) > MAX_BATCH_BYTES
  )
    throw new RefusedCall("BatchRequestTooLong", "Batch requests cannot be longer than 262144 bytes.");
  const results = Entries.map((entry, i) =>
    request.half && i % 2 === 1
      ? { Id: entry.Id, SenderFault: false, Code: "InternalError", Message: "Please try again." }
      : sendEntry(queue, entry),
  );
  return json({
    Successful: results.filter((result) => "MessageId" in result),
    Failed: results.filter((result) => "Code" in result),
  });
}

const received = ({ id, body, receipt, receives, sentAt }: Message) => ({
  MessageId: id,
  Body: body,
  MD5OfBody: md5(body),
  ReceiptHandle: receipt,
  Attributes: { ApproximateReceiveCount: String(receives), SentTimestamp: String(sentAt) },
});

function attributes(queue: Queue, clock: BoxClock) {
  const hidden = queue.messages.filter(({ visibleAt }) => visibleAt > clock.now());
  const delayed = hidden.filter(({ receives }) => receives === 0).length;
  return {
    QueueArn: queueArn(queue),
    ApproximateNumberOfMessages: String(queue.messages.length - hidden.length),
    ApproximateNumberOfMessagesNotVisible: String(hidden.length - delayed),
    ApproximateNumberOfMessagesDelayed: String(delayed),
  };
}

function perform(clock: BoxClock, queue: Queue, request: Ordered): Answer {
  switch (request.target.action) {
    case "SendMessage": {
      const { MessageBody = "", DelaySeconds = 0 } = bodyOf<SendMessageRequest>(request);
      return json(sent(queue.send(MessageBody, DelaySeconds * 1_000)));
    }
    case "SendMessageBatch":
      return sendBatch(queue, request);
    case "ReceiveMessage":
      return json({
        Messages: queue
          .receive(bodyOf<ReceiveMessageRequest>(request).MaxNumberOfMessages ?? 1)
          .map(received),
      });
    case "DeleteMessage":
      queue.delete(bodyOf<DeleteMessageRequest>(request).ReceiptHandle ?? "");
      return json({});
    case "DeleteMessageBatch": {
      const { Entries = [] } = bodyOf<DeleteMessageBatchRequest>(request);
      for (const { ReceiptHandle = "" } of Entries) queue.delete(ReceiptHandle);
      return json({ Successful: Entries.map(({ Id }) => ({ Id })), Failed: [] });
    }
    case "ChangeMessageVisibility": {
      const { ReceiptHandle = "", VisibilityTimeout = 0 } = bodyOf<ChangeMessageVisibilityRequest>(request);
      queue.hide(ReceiptHandle, VisibilityTimeout * 1_000);
      return json({});
    }
    case "GetQueueAttributes":
      return json({ Attributes: attributes(queue, clock) });
    default:
      throw new RefusedCall("InvalidAction", `The stand-in knows no ${request.target.action}.`);
  }
}

function recognise(request: BoxRequest) {
  const action = targetOf(request, "AmazonSQS");
  if (action === null) return null;
  const name = lastOf(bodyOf<GetQueueAttributesRequest>(request).QueueUrl ?? "");
  return { action, resources: [arn("sqs", request.scope?.region ?? "", name)] };
}

export function makeSqs(clock: BoxClock): Sqs {
  const queues = new Map<string, Queue>();
  const find = (region: string, name: string): Queue => {
    const queue = queues.get(`${region}/${name}`);
    if (queue === undefined)
      throw new RefusedCall("QueueDoesNotExist", `The specified queue does not exist: ${name} in ${region}.`);
    return queue;
  };
  return {
    service: "sqs",
    recognise,
    refuse: asError,
    refusals: {
      throttled: {
        status: 400,
        code: "RequestThrottled",
        message: "The request was denied due to request throttling.",
      },
      broken: {
        status: 500,
        code: "InternalFailure",
        message: "We encountered an internal error. Please try again.",
      },
    },
    perform: (request) =>
      perform(clock, find(request.region, lastOf(request.target.resources[0] ?? "")), request),
    create(options) {
      const queue = makeQueue(clock, options);
      queues.set(`${options.region}/${options.name}`, queue);
      return queue;
    },
    queue: find,
    all: () => [...queues.values()],
  };
}
