/** The double that the API's tests use keeps the promises of the port. */
import { describeTokenStoreContract } from "../../contract/token-store.ts";
import { memoryTokens } from "../../support/memory-tokens.ts";

describeTokenStoreContract("in memory", async () => ({
  store: memoryTokens(),
  putOutOfReach: "memory is always in reach",
  close: async () => {},
}));
