import type { BasicAuth } from "./endpoint.ts";
import { fillReferences } from "./references.ts";

export const URL_LENGTH_LIMIT = 2_048;

/** A URL taken apart: user info is never kept in the URL, because that is shown everywhere. */
export interface Target {
  protocol: "http" | "https" | "tcp";
  url: string;
  auth: BasicAuth | null;
}

const tcpForm = /^tcp:\/\/(\[[^\]]+\]|[^/?#@:\\]+):(\d{1,5})\/?$/i;

/** Reads a URL that may hold references to secrets. Returns what is wrong with it as text. */
export function readTarget(text: string): Target | string {
  const protocol = /^(https?|tcp):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (protocol !== "http" && protocol !== "https" && protocol !== "tcp") return schemeProblem(text);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u0020\u007f]/.test(text)) return "has a space or control character in it: write it as %20";
  if (protocol === "tcp") return isTcp(text) ? { protocol, url: text, auth: null } : tcpProblem;
  if (!URL.canParse(withoutReferences(text))) return "is not a valid URL: check host and port";
  return { protocol, ...splitUserInfo(text) };
}

const tcpProblem = "is not of the form tcp://host:port, such as tcp://db.example.com:5432";

const schemeProblem = (text: string): string =>
  text.includes("://") || text.startsWith("$")
    ? "does not begin with http://, https:// or tcp://"
    : "does not begin with http://, https:// or tcp://: perhaps https:// is missing";

/** The URL with something harmless for each reference: a digit where a port stands, a letter elsewhere. */
function withoutReferences(text: string): string {
  const portsFilled = text.replace(/:\$\{\w+\}(?=[/?#]|$)/g, ":1");
  return fillReferences(portsFilled, () => "x");
}

function isTcp(text: string): boolean {
  const match = tcpForm.exec(withoutReferences(text));
  if (match === null) return false;
  const port = Number(match[2]);
  return port >= 1 && port <= 65_535 && URL.canParse(`http://${match[1]}/`);
}

/** As browsers divide it: the authority ends at the first `/`, `?`, `#` or `\`, user info at its last `@`. */
function splitUserInfo(text: string): Pick<Target, "url" | "auth"> {
  const start = text.indexOf("//") + 2;
  const end = start + text.slice(start).search(/[/?#\\]|$/);
  const at = text.lastIndexOf("@", end - 1);
  if (at < start) return { url: text, auth: null };
  const [user = "", ...password] = text.slice(start, at).split(":");
  return {
    url: text.slice(0, start) + text.slice(at + 1),
    auth: { user: decoded(user), password: decoded(password.join(":")) },
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a lone % stands for itself, as browsers have it
  }
}

/** A URL as errors may show it: without user info, cut to 100 characters. Text that is no URL stays as it is. */
export function printableUrl(text: string): string {
  const shown = /^https?:\/\//i.test(text) ? splitUserInfo(text).url : text.replace(/\/\/[^/?#]*@/, "//");
  return shown.length > 100 ? `${shown.slice(0, 99)}…` : shown;
}
