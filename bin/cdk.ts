/** The CDK app: `npx cdk synth`, `npx cdk deploy --all`. Bundles the functions first. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { fillApp, refuseTimestream } from "../lib/infra/app.ts";
import { bundleFunctions } from "../scripts/bundle.ts";

const root = join(import.meta.dirname, "..");
const bundles = join(root, "dist/functions");

try {
  refuseTimestream(readFileSync(join(root, "cdk.json"), "utf8"));
  await bundleFunctions(bundles);
  const app = new App();
  fillApp(app, { bundles });
  app.synth();
} catch (error) {
  // A configuration that is wrong is told in a sentence; anything else is a fault of ours, with its trace.
  console.error(error instanceof Error && "code" in error ? error.message : error);
  process.exitCode = 1;
}
