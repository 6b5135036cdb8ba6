import { type App, CfnWaitConditionHandle, Fn, Stack } from "aws-cdk-lib";
import type { Deployment } from "../core/deployment/settings.ts";
import { API_ID, HOME_STACK, probeStack } from "./names.ts";
import { ProbeRegion } from "./probe-region.ts";
import { Vigie } from "./vigie.ts";

export interface StacksOptions {
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

function makeProbeStack(app: App, region: string, deployment: Deployment, options: StacksOptions): Stack {
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
export function makeStacks(app: App, deployment: Deployment, options: StacksOptions = {}): Stack[] {
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
