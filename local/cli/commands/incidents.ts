import { humanDuration } from "../../../lib/core/endpoint/duration.ts";
import type { Incident } from "../../../lib/core/incident/incident.ts";
import { systemClock } from "../../clock.ts";
import { LOCAL_ORG } from "../../settings.ts";
import { type CliIo, exitCodes, type Paint, painterFor, plain } from "../io.ts";
import type { IncidentFlags } from "../program.ts";
import { percentText } from "../render/units.ts";
import { withHistory } from "../store.ts";

/** `vigie incidents`: latest first, each with its cause and what was sent about it. */
export async function incidents(flags: IncidentFlags, io: CliIo): Promise<number> {
  const found = await withHistory(flags.data, io, (store) =>
    store.incidents.list({
      org: LOCAL_ORG,
      limit: flags.limit,
      ...(flags.open ? { open: true } : {}),
      ...(flags.endpoint === undefined ? {} : { endpointId: flags.endpoint }),
    }),
  );
  const paint = painterFor(io.stdout, io.env);
  const lines = flags.json
    ? found.map((incident) => JSON.stringify(incident))
    : found.flatMap((incident) => describe(incident, systemClock.now(), paint));
  if (lines.length === 0 && !flags.json) lines.push("No incidents.");
  io.stdout.write(lines.map((line) => `${line}\n`).join(""));
  return exitCodes.ok;
}

/** Three parts: what and how long, why it failed first, every message. */
function describe(incident: Incident, now: number, paint: Paint): string[] {
  const { website, worst, startedAt, endedAt, closed, availability, firstFailure, messages } = incident;
  const lasted = humanDuration((endedAt ?? now) - startedAt);
  const end = endedAt === null ? paint("red", "still open") : `ended (${closed ?? "recovered"})`;
  const head = `${paint(worst === "down" ? "red" : "yellow", worst)}  ${plain(website)}  since ${iso(startedAt)}, ${lasted}, ${end}`;
  const cause =
    firstFailure === null
      ? []
      : [
          `  ${firstFailure.failure.type} in ${plain(firstFailure.region)}: ${plain(firstFailure.failure.message)}`,
        ];
  const sent = messages.map(({ sentAt, title }) => paint("dim", `  ${iso(sentAt)} sent: ${plain(title)}`));
  return [head, ...cause, `  availability ${percentText(availability)}`, ...sent, ""];
}

const iso = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
