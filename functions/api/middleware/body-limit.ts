import type { MiddlewareObj } from "@middy/core";
import type { ApiEvent, ApiResponse } from "../deps.ts";
import { HttpRefusal } from "../http.ts";

/** An endpoint is a few kilobytes; its request body may be 64 KB of them. */
export const BODY_LIMIT_BYTES = 256 * 1024;

/** Refuses bodies that are too long, before anything parses them. */
export const bodyLimit = (): MiddlewareObj<ApiEvent, ApiResponse> => ({
  before: ({ event }) => {
    const bytes = Buffer.byteLength(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8");
    if (bytes > BODY_LIMIT_BYTES)
      throw new HttpRefusal(
        413,
        "too_large",
        `A body may have ${BODY_LIMIT_BYTES} bytes; this one has ${bytes}.`,
      );
  },
});
