import { VigieError } from "./errors.ts";

/**
 * Reads the text of a queue's message.
 * @param queue how people call the queue
 * @throws VigieError `bad_message` for whatever `read` can't make a message of
 */
export function readMessage<T>(queue: string, text: string, read: (written: unknown) => T): T {
  try {
    return read(JSON.parse(text));
  } catch (error) {
    throw badMessage(queue, error);
  }
}

const badMessage = (queue: string, cause: unknown): VigieError =>
  new VigieError(
    "bad_message",
    `A message in the ${queue} queue can't be read: nobody of this version wrote it. It ends in the dead letters.`,
    { cause },
  );
