/**
 * `node accuracy-checker.ts <port>`: checks 500 endpoints of the stamping server over and over, all of them asked for
 * at all times, and prints how far each time to first byte is from what the server says it took, as JSON.
 */
import { checkerOf, endpointOf } from "../../support/checks.ts";
import { fetchStamps } from "./stamps.ts";

const ENDPOINTS = 500;
const ROUNDS = 6;
/** Compiling the hot paths is paid once in the life of a monitor: this is its first four minutes. */
const WARM_UP_ROUNDS = 4;
const port = Number(process.argv[2]);

export interface AccuracyRun {
  /** Of all that succeeded. */
  errorsMs: number[];
  /** Of those without a flag. */
  unflaggedErrorsMs: number[];
  checksPerSecond: number;
  flagged: number;
  failed: number;
  cpuMsPerCheck: number;
}

const checker = checkerOf();

interface Sample {
  id: string;
  firstByteMs: number;
  flagged: boolean;
  ok: boolean;
}

async function checkOne(id: string): Promise<Sample> {
  const host = `e${Number(id) % ENDPOINTS}.vigie.test`;
  const measured = await checker.check(endpointOf(`https://${host}:${port}/${id}`), { retry: false });
  return {
    id,
    firstByteMs: measured.timings.firstByteMs ?? Number.NaN,
    flagged: measured.flags.length > 0,
    ok: measured.outcome === "ok",
  };
}

async function checkMany(count: number): Promise<Sample[]> {
  let next = 0;
  const samples: Sample[] = [];
  const worker = async (): Promise<void> => {
    while (next < count) samples.push(await checkOne(String(next++)));
  };
  await Promise.all(Array.from({ length: ENDPOINTS }, worker));
  return samples;
}

await checker.warmUp();
await checkMany(ENDPOINTS * WARM_UP_ROUNDS);
await fetchStamps(port);
const cpu = process.cpuUsage();
const startedAt = performance.now();
const samples = await checkMany(ENDPOINTS * ROUNDS);
const tookMs = performance.now() - startedAt;
const { user, system } = process.cpuUsage(cpu);
const stamps = await fetchStamps(port);
const errorOf = ({ id, firstByteMs }: Sample): number => firstByteMs - (stamps[id] ?? Number.NaN);
const succeeded = samples.filter(({ ok }) => ok);
const result: AccuracyRun = {
  errorsMs: succeeded.map(errorOf),
  unflaggedErrorsMs: succeeded.filter(({ flagged }) => !flagged).map(errorOf),
  checksPerSecond: (samples.length / tookMs) * 1000,
  flagged: samples.filter(({ flagged }) => flagged).length,
  failed: samples.filter(({ ok }) => !ok).length,
  cpuMsPerCheck: (user + system) / 1000 / samples.length,
};
console.log(JSON.stringify(result));
checker.close();
