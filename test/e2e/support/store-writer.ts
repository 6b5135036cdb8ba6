/** A process that writes until it is killed. Arguments: data file, number of the first batch. */
import { writeSync } from "node:fs";
import { openSqlite } from "../../../lib/adapters/sqlite/index.ts";
import { incidentSample, messageSample, ORG, recordSample, stateSample, T0 } from "../../contract/samples.ts";

const BATCH = 100;
const MINUTE = 60_000;

const [path = "", first = "0"] = process.argv.slice(2);
const stores = openSqlite(path);

/** What batch number n consists of: the reader makes the same again. */
async function write(n: number): Promise<void> {
  const scheduledAt = T0 + n * MINUTE;
  const ids = Array.from({ length: BATCH }, (_, i) => `site-${i}`);
  await stores.ticks.append(
    ids.map((endpointId) => recordSample({ endpointId, scheduledAt, startedAt: scheduledAt })),
  );
  const expected = (await stores.alerts.get(ORG, "shop"))?.version ?? null;
  await stores.alerts.putMany([{ state: stateSample("shop", { revision: `r${n}` }), expected }]);
  await stores.incidents.put(incidentSample("i1", { revision: n + 1 }));
  await stores.incidents.addMessage(ORG, "i1", messageSample(`m${n}`, { sentAt: scheduledAt }));
}

for (let n = Number(first); ; n++) {
  await write(n);
  writeSync(1, `${n}\n`); // only now is it acknowledged
  if (n % 7 === 0) stores.checkpoint();
}
