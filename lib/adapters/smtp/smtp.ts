import { createHash } from "node:crypto";
import { createTransport } from "nodemailer";
import { InvalidInput, Unavailable } from "../../core/errors.ts";
import type { Delivery } from "../../core/incident/incident.ts";
import type { Clock, Message, Notifier } from "../../core/ports.ts";
import { textOf } from "../message-text.ts";
import { ATTEMPT_TIMEOUT_MS, type Attempt, retrying } from "../retrying.ts";

export interface SmtpOptions {
  /** Shown beside deliveries. */
  name: string;
  /**
   * `smtp://user:password@host:587` (STARTTLS where offered) or `smtps://…`; nodemailer's options as query. With
   * credentials and a host that is not this machine, STARTTLS is required unless `requireTLS=false` is in the query.
   */
  smtp: string;
  from: string;
  to: string[];
  clock: Clock;
  /** How long one try may take (default 6,000). */
  timeoutMs?: number;
}

/** Effect ids listed in a header; a digest of hundreds has them in its Message-ID only. */
const MAX_ID_HEADERS = 20;

const LOCAL_HOSTS = new Set(["localhost", "127.0.0.1", "[::1]"]);

function parseUrl(text: string): URL {
  const url = URL.parse(text);
  const isSmtp = url?.protocol === "smtp:" || url?.protocol === "smtps:";
  if (url !== null && isSmtp && url.hostname !== "") return url;
  throw new InvalidInput([
    {
      path: "notify.email.smtp",
      expected: "smtp://host:port or smtps://host:port",
      received: "something else",
      message: "is not an smtp or smtps URL",
    },
  ]);
}

/** Credentials never travel in the clear unless the operator says so. */
const mustEncrypt = (url: URL): boolean =>
  url.username !== "" && !LOCAL_HOSTS.has(url.hostname) && !url.searchParams.has("requireTLS");

function makeTransport(url: URL, timeoutMs: number) {
  return createTransport({
    url: url.href,
    ...(mustEncrypt(url) ? { requireTLS: true } : {}),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

/** The same effects make the same id, so that a repeat is seen as one by mail programs that deduplicate. */
function messageId(ids: readonly string[], from: string): string {
  const hash = createHash("sha256").update(ids.toSorted().join("\n")).digest("hex").slice(0, 32);
  const domain = /@([A-Za-z0-9.-]+)/.exec(from)?.[1] ?? "vigie.invalid";
  return `<${hash}@${domain}>`;
}

/** A subject is one line; nodemailer encodes what is not ASCII (RFC 2047). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
const subjectOf = (title: string): string => title.replace(/[\u0000-\u001f\u007f]+/g, " ").trim();

const mailOf = (message: Message, { from, to }: SmtpOptions) => ({
  from,
  to,
  subject: subjectOf(message.title),
  text: textOf(message),
  date: new Date(message.at),
  messageId: messageId(message.ids, from),
  headers: {
    "auto-submitted": "auto-generated",
    "x-vigie-kind": message.kind,
    ...(message.ids.length <= MAX_ID_HEADERS ? { "x-vigie-effect-id": message.ids } : {}),
  },
});

const numberAt = (error: Error, key: "responseCode"): number | null => {
  const value: unknown = Reflect.get(error, key);
  return typeof value === "number" ? value : null;
};

/** Says code and status only: the server's words may repeat what it was sent. 5yz is for good (RFC 5321, 4.2.1). */
function failedAttempt(error: unknown): Attempt {
  if (!(error instanceof Error)) return { sent: false, again: false, error: "unknown error" };
  const status = numberAt(error, "responseCode");
  const code = "code" in error && typeof error.code === "string" ? error.code : "unknown error";
  const answered = status === null ? "" : `, answered ${status}`;
  return { sent: false, again: status === null || status < 500, error: `${code}${answered}` };
}

const recipients = (count: number): string => (count === 1 ? "1 recipient" : `${count} recipients`);

/**
 * Sends messages as plain-text mail, each on a connection of its own, tried three times unless refused for good.
 * Recipients refused while others were taken are a second, failed delivery.
 * Throws InvalidInput for a bad URL at once; `send` throws Unavailable when the server took the message for nobody.
 */
export function makeSmtpNotifier(options: SmtpOptions): Notifier {
  const { name: channel, clock, timeoutMs = ATTEMPT_TIMEOUT_MS } = options;
  const transport = makeTransport(parseUrl(options.smtp), timeoutMs);

  const send = async (message: Message): Promise<Delivery[]> => {
    let refused = 0;
    const latest = await retrying(clock, async () => {
      try {
        const signal = AbortSignal.timeout(timeoutMs);
        const { rejected } = await transport.sendMail({ ...mailOf(message, options), signal });
        refused = rejected.length;
        return { sent: true };
      } catch (error) {
        return failedAttempt(error);
      }
    });
    if (!latest.sent) throw new Unavailable(`The mail server took no message (${latest.error}).`);
    const sent: Delivery = { channel, ok: true, at: clock.now() };
    if (refused === 0) return [sent];
    return [
      sent,
      { channel, ok: false, error: `the mail server refused ${recipients(refused)}`, at: clock.now() },
    ];
  };
  return { send };
}
