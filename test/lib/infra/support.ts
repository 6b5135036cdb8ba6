/** Stacks as they are synthesized, with bundles that hold nothing. */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { parseDeployment } from "../../../lib/core/deployment/settings.ts";
import { makeStacks } from "../../../lib/infra/stacks.ts";
import { FUNCTIONS } from "../../../scripts/bundle.ts";
import { readStack, type Stack } from "../../aws-box/account/template.ts";

export const least = { homeRegion: "eu-west-1", probeRegions: ["eu-west-1", "us-east-1", "ap-southeast-1"] };

/** Everything that can be asked for. */
export const most = {
  ...least,
  retiredRegions: ["us-west-2"],
  alertEmails: ["alerts@example.com"],
  alertPhones: ["+33612345678"],
  operatorEmails: ["operator@example.com"],
  influx: { url: "https://influx.example", database: "vigie", secretName: "vigie/influx" },
  heartbeatUrl: "https://beat.example/1",
  warmTicks: { writes: 9_000 },
  removal: "destroy",
  timestream: true,
};

/** What the CDK is told in cdk.json. */
export function flags(): Record<string, unknown> {
  const { context } = JSON.parse(readFileSync(join(import.meta.dirname, "../../../cdk.json"), "utf8"));
  return Object.fromEntries(Object.entries(context).filter(([key]) => /[@:]/.test(key)));
}

/** A folder with a bundle for every function; remove it afterwards. */
export function emptyBundles(): { folder: string; remove(): Promise<void> } {
  const folder = mkdtempSync(join(tmpdir(), "vigie-infra-"));
  for (const name of FUNCTIONS) {
    mkdirSync(join(folder, "bundles", name), { recursive: true });
    writeFileSync(join(folder, "bundles", name, "index.mjs"), "export const handler = () => null;\n");
  }
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Home first, then the probe regions, then those retired. */
export function synthesize(folder: string, context: Record<string, unknown>): Stack[] {
  const app = new App({ context: { ...flags(), "@aws-cdk/core:validateAgainstDefaultRules": false } });
  const stacks = makeStacks(app, parseDeployment(context), { bundles: join(folder, "bundles") });
  const assembly = app.synth();
  return stacks.map(({ stackName, region }) =>
    readStack(stackName, region, JSON.stringify(assembly.getStackByName(stackName).template)),
  );
}
