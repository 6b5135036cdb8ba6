import { afterEach, describe, expect, it } from "vitest";
import { makeSmtpNotifier, type SmtpOptions } from "../../../../lib/adapters/smtp/smtp.ts";
import { InvalidInput, Unavailable } from "../../../../lib/core/errors.ts";
import type { Message } from "../../../../lib/core/ports.ts";
import { recordingClock } from "../../../support/recording-clock.ts";
import {
  type SmtpRules,
  type SmtpServer,
  type SmtpStep,
  startSmtpServer,
} from "../../../support/smtp-server.ts";

const NOW = Date.UTC(2026, 10, 20, 12);
const message: Message = {
  org: "default",
  kind: "down",
  title: "Website Shop is down. availability=50.0%, time=2026-11-20T12:00:00Z",
  body: "Website Shop is down. availability=50.0%, time=2026-11-20T12:00:00Z\n\nlocal: 1 of 2 ok\n.\nend",
  websites: ["Shop"],
  ids: ["shop/1/down", "shop/1/other"],
  at: NOW,
};

let server: SmtpServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

async function start(rules: SmtpRules = {}, options: Partial<SmtpOptions> = {}, host = "127.0.0.1") {
  const started = await startSmtpServer(rules, host);
  server = started;
  const clock = recordingClock(NOW);
  const notifier = makeSmtpNotifier({
    name: "mail",
    smtp: `smtp://${host}:${started.port}`,
    from: "Vigie <vigie@watch.example>",
    to: ["ops@shop.example", "boss@shop.example"],
    clock,
    ...options,
  });
  return { server: started, notifier, clock };
}

/** Replies with `line` at one step; only on the first connections when told. */
const replyAt = (step: SmtpStep, line: string, connections = Number.POSITIVE_INFINITY): SmtpRules => ({
  reply: (at, _, connection) => (at === step && connection <= connections ? line : null),
});

describe("mail by SMTP", () => {
  it("carries the title as subject and title and body as text, to everybody at once", async () => {
    const { server, notifier } = await start();
    expect(await notifier.send(message)).toEqual([{ channel: "mail", ok: true, at: NOW }]);
    const [mail] = server.mails;
    expect(mail?.from).toBe("FROM:<vigie@watch.example>");
    expect(mail?.to).toEqual(["TO:<ops@shop.example>", "TO:<boss@shop.example>"]);
    expect(mail?.headers.get("subject")).toEqual([message.title]);
    expect(mail?.headers.get("from")).toEqual(["Vigie <vigie@watch.example>"]);
    expect(mail?.headers.get("date")).toEqual(["Fri, 20 Nov 2026 12:00:00 +0000"]);
    expect(mail?.headers.get("auto-submitted")).toEqual(["auto-generated"]);
    expect(mail?.text.trimEnd().split("\r\n")).toEqual(message.body.split("\n"));
  });

  it("carries the effects' ids, and a Message-ID that is the same for the same effects", async () => {
    const { server, notifier } = await start();
    await notifier.send(message);
    await notifier.send({ ...message, ids: message.ids.toReversed() });
    await notifier.send({ ...message, ids: ["shop/2/down"] });
    const ids = server.mails.map((mail) => mail.headers.get("message-id")?.[0]);
    expect(ids[0]).toMatch(/^<[0-9a-f]{32}@watch\.example>$/);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
    expect(server.mails[0]?.headers.get("x-vigie-effect-id")).toEqual(message.ids);
  });

  it("lists the ids of a digest in no header", async () => {
    const { server, notifier } = await start();
    await notifier.send({ ...message, ids: Array.from({ length: 500 }, (_, i) => `e${i}`) });
    expect(server.mails[0]?.headers.has("x-vigie-effect-id")).toBe(false);
  });

  it("keeps a subject on one line, encoded where it is not ASCII", async () => {
    const { server, notifier } = await start();
    await notifier.send({ ...message, title: "Website Bücher\r\nBcc: everybody@evil.example is down" });
    const [mail] = server.mails;
    expect(mail?.headers.has("bcc")).toBe(false);
    expect(mail?.to).toHaveLength(2);
    expect(mail?.headers.get("subject")?.[0]).toMatch(/^=\?UTF-8\?/);
  });

  it("signs in with the URL's credentials", async () => {
    const { server, clock } = await start();
    const smtp = `smtp://user:p%40ss@127.0.0.1:${server.port}`;
    await makeSmtpNotifier({ name: "mail", smtp, from: "a@b.example", to: ["c@d.example"], clock }).send(
      message,
    );
    const credentials = Buffer.from("\0user\0p@ss").toString("base64");
    expect(server.commands).toContain(`AUTH PLAIN ${credentials}`);
  });

  it.skipIf(process.platform === "darwin")(
    "sends no credentials in the clear to another machine unless told to",
    async () => {
      const { server, clock } = await start({}, {}, "127.0.0.2");
      const options = { name: "mail", from: "a@b.example", to: ["c@d.example"], clock };
      const url = `smtp://user:secret@127.0.0.2:${server.port}`;
      await expect(makeSmtpNotifier({ ...options, smtp: url }).send(message)).rejects.toThrow(Unavailable);
      expect(server.commands.filter((line) => line.startsWith("AUTH"))).toEqual([]);
      await makeSmtpNotifier({ ...options, smtp: `${url}?requireTLS=false` }).send(message);
      expect(server.mails).toHaveLength(1);
    },
  );

  it.each<[string, SmtpRules]>([
    ["a server that hangs up", replyAt("connect", "hang up", 2)],
    ["a server that is busy", replyAt("connect", "421 busy", 2)],
    ["a temporary refusal", replyAt("message", "451 later", 2)],
    ["greylisting", replyAt("RCPT", "450 come back", 2)],
  ])("tries three times: %s", async (_, rules) => {
    const { server, notifier, clock } = await start(rules);
    expect(await notifier.send(message)).toMatchObject([{ ok: true }]);
    expect(server.connections).toBe(3);
    expect(server.mails).toHaveLength(1);
    expect(clock.slept).toEqual([1000, 3000]);
  });

  it.each<SmtpStep>(["connect", "EHLO", "MAIL", "RCPT", "DATA", "message"])(
    "gives up when the server hangs up at %s, every time",
    async (step) => {
      const { server, notifier } = await start(replyAt(step, "hang up"));
      await expect(notifier.send(message)).rejects.toThrow(Unavailable);
      expect(server.connections).toBe(3);
    },
  );

  it.each<SmtpStep>(["connect", "EHLO", "message"])(
    "waits for silence at %s no longer than told",
    async (step) => {
      const { server, notifier } = await start(replyAt(step, "silence"), { timeoutMs: 100 });
      await expect(notifier.send(message)).rejects.toThrow(Unavailable);
      expect(server.mails).toEqual([]);
    },
  );

  it("does not repeat what is refused for good", async () => {
    const { server, notifier } = await start(replyAt("message", "554 spam"));
    await expect(notifier.send(message)).rejects.toThrow(
      "The mail server took no message (EMESSAGE, answered 554).",
    );
    expect(server.connections).toBe(1);
  });

  it("says which part of the recipients was refused", async () => {
    const { server, notifier } = await start({
      reply: (step, argument) => (step === "RCPT" && argument.includes("boss") ? "550 unknown" : null),
    });
    expect(await notifier.send(message)).toEqual([
      { channel: "mail", ok: true, at: NOW },
      { channel: "mail", ok: false, error: "the mail server refused 1 recipient", at: NOW },
    ]);
    expect(server.mails[0]?.to).toEqual(["TO:<ops@shop.example>"]);
  });

  it("keeps secrets out of its errors, even those the server repeats", async () => {
    const { server } = await start(replyAt("AUTH", "535 no such user hunter2"));
    const notifier = makeSmtpNotifier({
      name: "mail",
      smtp: `smtp://user:hunter2@127.0.0.1:${server.port}`,
      from: "a@b.example",
      to: ["c@d.example"],
      clock: recordingClock(NOW),
    });
    await expect(notifier.send(message)).rejects.toThrow(
      "The mail server took no message (EAUTH, answered 535).",
    );
  });

  it.each(["", "mail.example", "http://mail.example", "smtp://"])("refuses the URL %j at once", (smtp) => {
    const options = { name: "mail", from: "a@b.example", to: ["c@d.example"], clock: recordingClock(NOW) };
    expect(() => makeSmtpNotifier({ ...options, smtp })).toThrow(InvalidInput);
  });
});
