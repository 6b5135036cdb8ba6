/**
 * A name server in a process of its own: `node name-server.ts <delayMs> [<address>]` prints its address, ends with its
 * stdin. Every name has the address, of IPv4, or one of either kind that nobody has.
 */
import { type Question, type Reply, startDnsServer } from "../../support/dns-server.ts";

const delayMs = Number(process.argv[2]);
const [, , , address] = process.argv;

function addressesOf(type: Question["type"]): string[] {
  if (address !== undefined) return type === "A" ? [address] : [];
  return [type === "A" ? "192.0.2.1" : "2001:db8::1"];
}

const answer = ({ type }: Question): Reply => ({ addresses: addressesOf(type), delayMs });

const server = await startDnsServer(answer);
console.log(server.address);
process.stdin.resume().once("end", () => server.close());
