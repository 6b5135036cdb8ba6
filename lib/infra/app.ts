import { type App, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks, ServerlessChecks } from "cdk-nag";
import { parseDeployment } from "../core/deployment/settings.ts";
import { Refused } from "../core/errors.ts";
import { makeStacks, type StacksOptions } from "./stacks.ts";

/**
 * What stands in cdk.json overrules what `vigie doctor --save` found out and wrote to cdk.context.json.
 * @param text cdk.json as it is written
 * @throws Refused
 */
export function refuseTimestream(text: string): void {
  const written: unknown = JSON.parse(text);
  const context =
    typeof written === "object" && written !== null && "context" in written ? written.context : {};
  if (typeof context === "object" && context !== null && "timestream" in context)
    throw new Refused(
      "`timestream` stands in cdk.json, where it overrules what `npx vigie doctor --save` records in cdk.context.json. Remove it.",
    );
}

/**
 * Fills the app from its context (lib/core/deployment/settings.ts) and has it checked while it is synthesized.
 * @throws InvalidInput naming every key that is wrong
 */
export function fillApp(app: App, options: StacksOptions = {}): void {
  const context: Readonly<Record<string, unknown>> = app.node.getAllContext();
  makeStacks(app, parseDeployment(context), options);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
}
