import { HttpRefusal } from "./http.ts";

/** The entity tag of a version: what If-Match has to name. */
export const etagOf = (version: number): string => `"${version}"`;

/**
 * The version a conditional write may replace (RFC 9110, 13.1.1).
 * @throws HttpRefusal 428 without If-Match, 412 when it names another version.
 */
export function requireMatch(ifMatch: string | undefined, version: number): number {
  if (ifMatch === undefined || ifMatch.trim() === "")
    throw new HttpRefusal(
      428,
      "precondition_required",
      "Send If-Match with the ETag of the version you read, so that nobody's change is overwritten unseen.",
    );
  const named = ifMatch.split(",").map((tag) => tag.trim());
  if (named.includes("*") || named.includes(etagOf(version))) return version;
  throw changedMeanwhile(version);
}

/** The refusal of a write that was based on another version. */
export function changedMeanwhile(version: number | null): HttpRefusal {
  const headers = version === null ? {} : { etag: etagOf(version) };
  return new HttpRefusal(
    412,
    "precondition_failed",
    "It was changed since you read it: read it again and apply your change to that version.",
    headers,
  );
}
