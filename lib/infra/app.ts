import { type App, CfnWaitConditionHandle, Fn, Stack, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks, ServerlessChecks } from "cdk-nag";
import { type Deployment, parseDeployment } from "../core/deployment/settings.ts";
import { Refused } from "../core/errors.ts";
import { API_ID, HOME_STACK, probeStack } from "./names.ts";
import { ProbeRegion } from "./probe-region.ts";
import { Vigie } from "./vigie.ts";

export interface AppOptions {
  /** Folder of the functions' bundles; those of this package when absent. */
  bundles?: string;
}

/** What was in a region is removed, and no name is left that could be in the way of coming back. */
class RetiredRegionStack extends Stack {
  constructor(scope: App, id: string, region: string) {
    super(scope, id, { env: { region }, description: "Vigie checked from here; nothing is left" });
    // CloudFormation has no empty stacks; this is nothing, and free.
    new CfnWaitConditionHandle(this, "Nothing");
  }
}

function makeProbeStack(app: App, region: string, deployment: Deployment, options: AppOptions): Stack {
  const stack = new Stack(app, probeStack(region), {
    env: { region },
    description: `Vigie: checks from ${region}`,
  });
  // A plain property that reads the output while deploying, in any region: no export to hold on to, no custom resource.
  const apiId = Fn.getStackOutput(HOME_STACK, API_ID, deployment.homeRegion);
  new ProbeRegion(stack, "Probe", { ...deployment, ...options, apiId });
  return stack;
}

/** The stacks of a deployment: home first, every probe region after it and apart from the others. */
export function makeStacks(app: App, deployment: Deployment, options: AppOptions = {}): Stack[] {
  const home = new Stack(app, HOME_STACK, {
    env: { region: deployment.homeRegion },
    description: "Vigie: endpoints, alerts, history and the API",
  });
  new Vigie(home, "Vigie", { ...deployment, ...options }).outputTo(home);
  const probes = deployment.probeRegions.map((region) => makeProbeStack(app, region, deployment, options));
  for (const probe of probes) probe.addStackDependency(home);
  const retired = deployment.retiredRegions.map(
    (region) => new RetiredRegionStack(app, probeStack(region), region),
  );
  return [home, ...probes, ...retired];
}

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
export function fillApp(app: App, options: AppOptions = {}): void {
  const context: Readonly<Record<string, unknown>> = app.node.getAllContext();
  makeStacks(app, parseDeployment(context), options);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
}
