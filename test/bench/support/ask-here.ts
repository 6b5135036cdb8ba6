/** Preloaded by a process that is to ask the name server of a benchmark instead of the machine's. */
import dns from "node:dns/promises";
import { syncBuiltinESMExports } from "node:module";

const server = process.env["BENCH_NAME_SERVER"] ?? "";

class AskingHere extends dns.Resolver {
  constructor(options?: ConstructorParameters<typeof dns.Resolver>[0]) {
    super(options);
    this.setServers([server]);
  }
}

dns.Resolver = AskingHere;
syncBuiltinESMExports();
