import { Resolver } from "node:dns/promises";
import type { IpFamily } from "../../core/check/measurement.ts";
import { type Answer, codeOf, type Source } from "./answer.ts";
import { askBoth, type Sleep } from "./families.ts";

export interface DnsSourceOptions {
  /** `address` or `address:port`; without it, those the system is configured with. */
  servers?: readonly string[];
  /** How long one name server may take. */
  timeoutMs: number;
  sleep: Sleep;
}

/** More answers at once than this could overflow a socket's receive buffer (212,992 bytes by default on Linux). */
const MAX_QUESTIONS = 64;

/**
 * After three answers c-ares shortens its timeout to five times their average, down to 250 ms
 * (`ares_metrics_server_timeout` in 1.34): a fast cache would make a name that takes half a second to look up afresh
 * time out. So a channel takes no more questions once it has this many answers.
 */
const MAX_ANSWERS = 2;

interface Channel {
  resolver: Resolver;
  questions: number;
  answers: number;
}

/**
 * Hands out channels: shared in a burst, fresh when paced. A fresh one reads the system's configuration again,
 * so a laptop that changes networks is followed. An idle channel holds no socket.
 */
function makeChannels(options: DnsSourceOptions): () => Channel {
  let current: Channel | null = null;
  const isFull = (channel: Channel) => channel.questions >= MAX_QUESTIONS || channel.answers >= MAX_ANSWERS;
  return () => {
    if (current !== null && !isFull(current)) return current;
    const resolver = new Resolver({ timeout: options.timeoutMs, maxTimeout: options.timeoutMs, tries: 1 });
    if (options.servers !== undefined) resolver.setServers(options.servers);
    current = { resolver, questions: 0, answers: 0 };
    return current;
  };
}

async function ask({ resolver }: Channel, name: string, family: IpFamily): Promise<Answer> {
  try {
    const found = family === 4 ? await resolver.resolve4(name) : await resolver.resolve6(name);
    return found.length === 0
      ? { code: "ENODATA" }
      : { addresses: found.map((address) => ({ address, family })) };
  } catch (error) {
    return { code: codeOf(error) };
  }
}

/**
 * Asks the name servers by c-ares: no thread pool, so 500 names take about as long as one. Names are taken as
 * they are: the search domains of resolv.conf are not tried, because a monitored host is meant in full.
 * Each server is asked once (`tries: 1`): a repeat is the resolver's, which says so. A question can't be
 * withdrawn from a shared channel; an abandoned one ends with its timeout.
 */
export function makeDnsSource(options: DnsSourceOptions): Source {
  const channel = makeChannels(options);
  const askOne = async (name: string, family: IpFamily): Promise<Answer> => {
    const used = channel();
    used.questions += 1;
    const answer = await ask(used, name, family);
    used.answers += 1;
    return answer;
  };
  return (name, family) => {
    if (family === "any") return askBoth((one) => askOne(name, one), options.sleep);
    return askOne(name, family === "4" ? 4 : 6);
  };
}
