import type * as z from "zod";
import type { NotifySettings } from "../settings.ts";
import { notifySchema } from "./schema.ts";
import type { SecretSection } from "./secret-section.ts";

export const notifySection: SecretSection<typeof notifySchema> = {
  name: "notify",
  schema: notifySchema,
  hasUserInfo: (path) => path.endsWith(".smtp"),
};

export const notifyOf = ({ webhooks = [], email }: z.output<typeof notifySchema>): NotifySettings => ({
  webhooks: webhooks.map(({ name = "webhook", url, secret, headers = {} }) => ({
    name,
    url,
    headers,
    ...(secret === undefined ? {} : { secret }),
  })),
  email: email === undefined ? null : { ...email, to: [email.to].flat() },
});
