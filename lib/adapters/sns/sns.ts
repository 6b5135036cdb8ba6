import { PublishCommand, type SNSClient } from "@aws-sdk/client-sns";
import { VigieError } from "../../core/errors.ts";
import type { Clock, Notifier } from "../../core/ports.ts";
import type { Patience } from "../aws/client.ts";
import { fromAws } from "../aws/errors.ts";
import { payloadOf } from "./payload.ts";

export interface SnsOptions {
  client: Pick<SNSClient, "send">;
  /** Each organization has a topic of its own: it decides who is told. */
  topicArnOf(org: string): string;
  clock: Pick<Clock, "now">;
}

/** For the client: all of it ends within the 30 s an effect is claimed for. */
export const SNS_PATIENCE: Patience = { connectMs: 2_000, tryMs: 5_000, tries: 3 };

const isMissing = (error: unknown): boolean => error instanceof Error && error.name.startsWith("NotFound");

function faultOf(error: unknown, topic: string): VigieError {
  if (!isMissing(error)) return fromAws(error, "SNS took no message");
  const words = `There is no topic ${topic}: deploy again, or make it and subscribe somebody to it.`;
  return new VigieError("topic_missing", words, { cause: error });
}

/**
 * Publishes to the organization's topic: SNS brings it to whoever subscribed and confirmed. Publishing twice sends
 * twice: the attributes `effectId` and `ids` tell.
 * `send` throws Unavailable while SNS is throttled or out of reach, `topic_missing` without a topic, `aws_refused` for
 * anything else: in every case nobody was told, and the message is repeated.
 */
export function makeSnsNotifier({ client, topicArnOf, clock }: SnsOptions): Notifier {
  return {
    async send(message) {
      const topic = topicArnOf(message.org);
      try {
        await client.send(new PublishCommand({ TopicArn: topic, ...payloadOf(message) }));
      } catch (error) {
        throw faultOf(error, topic);
      }
      return [{ channel: "sns", ok: true, at: clock.now() }];
    },
  };
}
