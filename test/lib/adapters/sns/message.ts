import type { Message } from "../../../../lib/core/ports.ts";

export const T0 = Date.UTC(2026, 10, 20, 12);

/** A message about one website, and what the test is about. */
export const messageOf = (about: Partial<Message> = {}): Message => ({
  org: "default",
  kind: "down",
  title: "Website shop is down. availability=50.0%, time=2026-11-20T12:00:00Z",
  body: "Website shop is down. availability=50.0%, time=2026-11-20T12:00:00Z\nRegions: paris failing",
  websites: ["shop"],
  ids: ["default/shop/1/down"],
  at: T0,
  ...about,
});

/** What a digest of so many websites looks like. */
export function digestOf(count: number, website: (i: number) => string): Message {
  const websites = Array.from({ length: count }, (_, i) => website(i));
  const title = `${count} websites are down: ${websites.slice(0, 3).join(", ")} and ${count - 3} more`;
  return messageOf({
    title,
    body: websites.map((name) => `Website ${name} is down. "quoted"`).join("\n"),
    websites,
    ids: websites.map((name, i) => `default/${name}/${i}/down`),
  });
}
