import * as z from "zod";
import { systemClock } from "../../clock.ts";
import { type CliIo, exitCodes, painterFor, plain } from "../io.ts";
import type { RemoteFlags } from "../program-installation.ts";
import { makeClient, notVigie, RemoteProblem } from "../remote/client.ts";
import { targetOf } from "../remote/target.ts";

const answerSchema = z.object({
  id: z.string(),
  title: z.string(),
  deliveries: z.array(
    z.object({ channel: z.string(), ok: z.boolean(), error: z.string().optional(), at: z.number() }),
  ),
});

/** `vigie test-alert`: has an installation send a test message; answers 1 when a channel did not take it. */
export async function testAlert(flags: RemoteFlags, version: string, io: CliIo): Promise<number> {
  const target = await targetOf(flags.url, io);
  const client = makeClient({ target, version, clock: systemClock, signal: io.signal });
  const answered = await client.call("POST", "/v1/test-alert", { tries: 1 }).catch((error: unknown) => {
    if (error instanceof RemoteProblem && error.code === "not_delivered") return error;
    throw error;
  });
  if (answered instanceof RemoteProblem) return nobodyTold(answered.message, flags, io);
  const parsed = answerSchema.safeParse(answered.body);
  if (!parsed.success) throw notVigie(target);
  const { deliveries, title } = parsed.data;
  const paint = painterFor(io.stdout, io.env);
  const lines = deliveries.map(({ channel, ok, error = "not taken" }) =>
    ok
      ? `${paint("green", "✔")} ${plain(channel)} took it`
      : `${paint("red", "✘")} ${plain(channel)}: ${plain(error)}`,
  );
  const text = flags.json ? JSON.stringify(parsed.data) : [`Sent: ${plain(title)}`, ...lines].join("\n");
  io.stdout.write(`${text}\n`);
  return deliveries.every(({ ok }) => ok) ? exitCodes.ok : exitCodes.failed;
}

function nobodyTold(reason: string, { json }: RemoteFlags, io: CliIo): number {
  if (json) io.stdout.write(`${JSON.stringify({ deliveries: [], error: reason })}\n`);
  else
    io.stderr.write(`${painterFor(io.stderr, io.env)("red", "error:")} nobody was told: ${plain(reason)}\n`);
  return exitCodes.failed;
}
