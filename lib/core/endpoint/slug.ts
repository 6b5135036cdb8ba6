import { hash32 } from "../check/schedule.ts";

const LIMIT = 64;

/**
 * The id of an endpoint that was given none: its name, or else host and path of its URL, in lower-case letters and
 * digits. Deterministic. Where that loses something (other scripts, a query, length), a hash of the whole is added.
 */
export function slugOf(name: string | undefined, url: string): string {
  return name === undefined ? slug(urlWords(url), url, /[?#]|\$\{/.test(url)) : slug(name, name, false);
}

/** `https` is what people mean when they say nothing. The query may hold keys: it only goes into the hash. */
function urlWords(url: string): string {
  const [address = ""] = url.split(/[?#]/);
  return address.replace(/^https:\/\//i, "").replace(/:\/\//, " ");
}

function slug(words: string, whole: string, losesMore: boolean): string {
  const plain = words.normalize("NFKD").replace(/\p{M}/gu, "");
  const text = plain
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, "-")
    .replace(/^[-.]+|[-.]+$/g, "");
  const lossy = losesMore || /[^\p{ASCII}]/u.test(plain) || text === "" || text.length > LIMIT;
  if (!lossy) return text;
  const hash = hash32(whole).toString(36);
  const kept = text.slice(0, LIMIT - hash.length - 1).replace(/[-.]+$/, "");
  return `${kept || "endpoint"}-${hash}`;
}
