/**
 * `node cpu-checker.ts <scheme> <port> <count>`: checks 2,000 endpoints on this machine over and over, and prints the
 * CPU per check, in ms.
 */
import { checkerOf, endpointOf } from "../../support/checks.ts";

const [scheme = "", port = "", count = "0"] = process.argv.slice(2);
const ENDPOINTS = 2_000;
const CONCURRENCY = 300;
/** Compiling the hot paths is paid once in the life of a monitor. */
const WARM_UP = 2_000;

const checker = checkerOf();
const endpoints = Array.from({ length: ENDPOINTS }, (_, i) =>
  endpointOf(`${scheme}://e${i}.vigie.test:${port}/`),
);

async function checkMany(total: number): Promise<void> {
  let left = total;
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      const endpoint = endpoints[left % ENDPOINTS];
      if (endpoint === undefined) continue;
      const { outcome } = await checker.check(endpoint, { retry: false });
      if (outcome !== "ok") throw new Error(outcome.message);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}

await checker.warmUp();
await checkMany(WARM_UP);
const before = process.cpuUsage();
await checkMany(Number(count));
const { user, system } = process.cpuUsage(before);
console.log((user + system) / 1_000 / Number(count));
checker.close();
