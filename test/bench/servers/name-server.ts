/** A name server in a process of its own: `node name-server.ts <delayMs>` prints its address, ends with its stdin. */
import { type Question, type Reply, startDnsServer } from "../../support/dns-server.ts";

const delayMs = Number(process.argv[2]);

const answer = ({ type }: Question): Reply => ({
  addresses: [type === "A" ? "192.0.2.1" : "2001:db8::1"],
  delayMs,
});

const server = await startDnsServer(answer);
console.log(server.address);
process.stdin.resume().once("end", () => server.close());
