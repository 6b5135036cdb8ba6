import * as z from "zod";

const urlOf = (form: RegExp, error: string) =>
  z
    .string({ error })
    .max(2_048, { error })
    .refine((text) => form.test(text) && URL.canParse(text), { error });

export const httpUrl = urlOf(/^https?:\/\/[^/]/i, "a URL that begins with http:// or https://");
export const smtpUrl = urlOf(/^smtps?:\/\/[^/]/i, "a URL that begins with smtp:// or smtps://");
