/**
 * Vigie's stacks as constructs, for an app of one's own: `Vigie` in the home region's stack, `ProbeRegion` in one for
 * each region, or all of them by `makeStacks`. The bundles of the functions come with this package.
 */
export {
  type Deployment,
  type InfluxSettings,
  type ProbeSettings,
  parseDeployment,
  type WarmThroughput,
} from "../core/deployment/settings.ts";
export { type InputIssue, InvalidInput, VigieError } from "../core/errors.ts";
export type { Retention } from "../core/history/retention.ts";
export { ProbeRegion, type ProbeRegionProps } from "./probe-region.ts";
export { makeStacks, type StacksOptions } from "./stacks.ts";
export { Vigie, type VigieProps } from "./vigie.ts";
