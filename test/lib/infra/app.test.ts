import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { App, CfnResource } from "aws-cdk-lib";
import { Queue } from "aws-cdk-lib/aws-sqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fillApp, refuseTimestream } from "../../../lib/infra/app.ts";
import type { Stack } from "../../aws-box/account/template.ts";
import { emptyBundles, flags, least, most, synthesize } from "./support.ts";

const bundles = emptyBundles();
afterAll(() => bundles.remove());

const textOf = ({ template }: Stack): string => JSON.stringify(template);
const named = (stacks: readonly Stack[], name: string): Stack => {
  const found = stacks.find((stack) => stack.name === name);
  if (found === undefined) throw new RangeError(`no stack ${name}`);
  return found;
};

describe("what cdk-nag and CloudFormation's own rules find", () => {
  test.each([
    ["the least", least],
    ["everything", most],
  ])(
    "nothing that is not explained: %s",
    (name, context) => {
      const outdir = join(bundles.folder, name);
      const app = new App({ outdir, context: { ...flags(), ...context } });
      fillApp(app, { bundles: join(bundles.folder, "bundles") });
      app.synth();
      const path = join(outdir, "validation-report.json");
      const report = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : { pluginReports: [] };
      const open = report.pluginReports.flatMap(({ violations }: { violations: { ruleName: string }[] }) =>
        violations.map(({ ruleName }) => ruleName),
      );
      expect(open).toEqual([]);
    },
    60_000,
  );

  test("both are listened to: a queue in the open and a property that there isn't stop it", () => {
    const app = new App({ outdir: join(bundles.folder, "wrong"), context: { ...flags(), ...least } });
    fillApp(app, { bundles: join(bundles.folder, "bundles") });
    const home = app.node.findChild("VigieHome");
    new Queue(home, "Open");
    new CfnResource(home, "Wrong", { type: "AWS::SQS::Queue", properties: { Colour: "blue" } });
    const told = (() => {
      try {
        return app.synth().directory;
      } catch (error) {
        return String(error);
      }
    })();
    expect(told).toContain("AwsSolutions-SQS4");
    expect(told).toContain("'Colour' was unexpected");
  }, 60_000);

  test("a context that is wrong is told by its keys", () => {
    const app = new App({ context: { homeRegion: "Dublin", probeRegions: ["eu-west-1"], probeRegion: "x" } });
    expect(() => fillApp(app)).toThrow(/homeRegion: expected an AWS region.*probeRegion: unknown key/);
  });
});

describe("timestream", () => {
  test("is refused in cdk.json", () => {
    expect(() => refuseTimestream('{"context":{"timestream":true}}')).toThrow(/cdk\.context\.json/);
    expect(() => refuseTimestream('{"context":{"timestream":false}}')).toThrow(/Remove it/);
  });

  test("absent is fine, and cdk.json as it is shipped has none", () => {
    refuseTimestream('{"app":"x"}');
    refuseTimestream(readFileSync(join(import.meta.dirname, "../../../cdk.json"), "utf8"));
  });
});

describe("stacks", () => {
  let stacks: Stack[];
  beforeAll(() => {
    stacks = synthesize(bundles.folder, most);
  }, 60_000);

  test("one at home, one for each probe region, also for those retired", () => {
    expect(stacks.map(({ name, region }) => [name, region])).toEqual([
      ["VigieHome", "eu-west-1"],
      ["VigieProbe-eu-west-1", "eu-west-1"],
      ["VigieProbe-us-east-1", "us-east-1"],
      ["VigieProbe-ap-southeast-1", "ap-southeast-1"],
      ["VigieProbe-us-west-2", "us-west-2"],
    ]);
  });

  test("probe regions know home's API and nothing of each other; home knows none of them", () => {
    const home = named(stacks, "VigieHome");
    expect(textOf(home)).not.toContain("VigieProbe");
    for (const probe of stacks.slice(1)) {
      const others = stacks.filter((stack) => stack !== probe && stack !== home);
      for (const other of others) expect(textOf(probe)).not.toContain(other.name);
      const outputs = [...textOf(probe).matchAll(/"Fn::GetStackOutput":(\{[^}]*\})/g)].map(
        ([, what]) => what,
      );
      expect(new Set(outputs).size).toBeLessThanOrEqual(1);
    }
  });

  test("nothing is exported, and no custom resource runs", () => {
    for (const stack of stacks) {
      expect(textOf(stack)).not.toMatch(/Fn::ImportValue|"Export"/);
      const types = Object.values(stack.template.Resources).map(({ Type }) => Type);
      expect(types.filter((type) => /^Custom::|CustomResource/.test(type))).toEqual([]);
    }
  });

  test("adding and removing regions changes in the others only the list of regions", () => {
    const fewer = synthesize(bundles.folder, { ...most, probeRegions: ["eu-west-1", "sa-east-1"] });
    const settled = (stack: Stack): string => textOf(stack).replaceAll(/"REGIONS":"[^"]*"/g, "");
    for (const name of ["VigieHome", "VigieProbe-eu-west-1"])
      expect(settled(named(fewer, name))).toBe(settled(named(stacks, name)));
    expect(fewer.map(({ name }) => name)).toContain("VigieProbe-sa-east-1");
  });

  test("of a retired region nothing is left", () => {
    const { Resources } = named(stacks, "VigieProbe-us-west-2").template;
    expect(Object.values(Resources).map(({ Type }) => Type)).toEqual([
      "AWS::CloudFormation::WaitConditionHandle",
    ]);
  });

  test("only the first probe region watches home", () => {
    const watching = stacks.filter((stack) => textOf(stack).includes("HOME_HEALTH_URL"));
    expect(watching.map(({ name }) => name)).toEqual(["VigieProbe-eu-west-1"]);
    const alarmed = stacks.filter((stack) => textOf(stack).includes("HomeHealthy"));
    expect(alarmed).toEqual(watching);
  });

  test("without a sink there is nothing that writes to one", () => {
    for (const stack of synthesize(bundles.folder, least))
      expect(textOf(stack)).not.toMatch(
        /INFLUX|TIMESTREAM|Timestream|METRICS_QUEUE_URL|vigie-replay|secretsmanager/,
      );
  });
});
