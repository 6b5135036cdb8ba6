/** The command line may not import lib/infra; what both have to call alike is held together here. */
import { expect, test } from "vitest";
import { HOME_STACK, tableName } from "../../../lib/infra/names.ts";
import { CONFIG_TABLE } from "../../../local/cli/commands/init.ts";
import { HOME_STACK as ASKED_FOR } from "../../../local/cli/program-account.ts";

test("vigie init finds what was deployed", () => {
  expect(ASKED_FOR).toBe(HOME_STACK);
  expect(CONFIG_TABLE).toBe(tableName("config"));
});
