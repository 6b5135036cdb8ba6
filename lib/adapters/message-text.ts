import type { Message } from "../core/ports.ts";

/** A message as one text: the title is its first line, once. */
export const textOf = ({ title, body }: Pick<Message, "title" | "body">): string =>
  body === title || body.startsWith(`${title}\n`) ? body : `${title}\n${body}`;
