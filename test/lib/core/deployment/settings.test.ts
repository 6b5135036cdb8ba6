import { describe, expect, test } from "vitest";
import { parseDeployment } from "../../../../lib/core/deployment/settings.ts";
import { InvalidInput } from "../../../../lib/core/errors.ts";

const least = { homeRegion: "eu-west-1", probeRegions: ["eu-west-1", "us-east-1"] };

test("two keys are enough, the rest has defaults", () => {
  expect(parseDeployment(least)).toEqual({
    ...least,
    alertEmails: [],
    alertPhones: [],
    operatorEmails: [],
    retiredRegions: [],
    probe: {
      memoryMb: 1_769,
      shardSize: 500,
      canaries: ["https://www.gstatic.com/generate_204", "https://cloudflare.com/cdn-cgi/trace"],
    },
    retention: { rawMs: 48 * 3_600_000, hourMs: 400 * 86_400_000, dayMs: 5 * 365 * 86_400_000 },
    removal: "retain",
    timestream: false,
  });
});

test("everything that can be said", () => {
  const all = {
    ...least,
    alertEmails: ["a@example.com", "b@example.com"],
    alertPhones: ["+33612345678"],
    operatorEmails: ["ops@example.com"],
    influx: { url: "https://influx.example:8086", database: "vigie", secretName: "vigie/influx" },
    retiredRegions: ["us-west-2"],
    probe: { memoryMb: 3_008, shardSize: 200, canaries: ["https://canary.example/"] },
    warmTicks: { reads: 20_000, writes: 8_000 },
    heartbeatUrl: "https://hc.example/ping/1",
    retention: { raw: "7d", hours: "30d", days: "2y" },
    removal: "destroy",
    timestream: true,
  };
  expect(parseDeployment(all)).toEqual({
    ...all,
    retention: { rawMs: 7 * 86_400_000, hourMs: 30 * 86_400_000, dayMs: 2 * 365 * 86_400_000 },
  });
});

test("the CDK's own keys, and what it looked up, are passed over", () => {
  const context = {
    ...least,
    "@aws-cdk/core:defaultCrossStackReferences": "weak",
    "aws:cdk:bundling-stacks": [],
    "cli-telemetry": false,
    "availability-zones:account=1:region=eu-west-1": ["a"],
    "acknowledged-issue-numbers/1": true,
  };
  expect(parseDeployment(context).homeRegion).toBe("eu-west-1");
});

test("of the warm throughput one part may be left out", () => {
  expect(parseDeployment({ ...least, warmTicks: { writes: 9_000 } }).warmTicks).toEqual({
    reads: 12_000,
    writes: 9_000,
  });
});

describe("what is wrong is named by its key", () => {
  test.each<[string, Record<string, unknown>, string]>([
    [
      "no home",
      { homeRegion: undefined },
      "homeRegion: expected an AWS region such as eu-west-1, got nothing",
    ],
    [
      "a zone",
      { homeRegion: "eu-west-1a" },
      'homeRegion: expected an AWS region such as eu-west-1, got "eu-west-1a"',
    ],
    ["no probes", { probeRegions: [] }, "probeRegions: expected a list of 1 to 30 AWS regions"],
    ["probes in text", { probeRegions: "eu-west-1" }, "probeRegions: expected a list of 1 to 30 AWS regions"],
    [
      "a region twice",
      { probeRegions: ["eu-west-1", "eu-west-1"] },
      "probeRegions: expected a list of AWS regions, none twice",
    ],
    [
      "a wrong region",
      { probeRegions: ["Dublin"] },
      'probeRegions[0]: expected an AWS region such as eu-west-1, got "Dublin"',
    ],
    [
      "a typing mistake",
      { probeRegion: ["eu-west-1"] },
      "probeRegion: unknown key; did you mean `probeRegions`?",
    ],
    [
      "a region that is both",
      { retiredRegions: ["us-west-2", "us-east-1"] },
      'retiredRegions[1]: expected a region that is not one of `probeRegions`, got "us-east-1"',
    ],
    [
      "a canary that would be two",
      { probe: { canaries: ["https://a.example/,b"] } },
      "probe.canaries[0]: expected a URL that begins with http:// or https://, without commas",
    ],
    [
      "less than there is",
      { warmTicks: { writes: 10 } },
      "warmTicks.writes: expected writes a second from 4000",
    ],
    ["a key inside", { probe: { memory: 1 } }, "probe.memory: unknown key"],
    ["no address", { alertEmails: ["ops"] }, 'alertEmails[0]: expected an e-mail address, got "ops"'],
    [
      "one address in text",
      { operatorEmails: "ops@example.com" },
      "operatorEmails: expected a list of e-mail addresses",
    ],
    [
      "a phone without country",
      { alertPhones: ["0612345678"] },
      "alertPhones[0]: expected a phone number such as +33612345678",
    ],
    ["half a sink", { influx: { url: "https://x.example" } }, "influx.database: expected one line of text"],
    [
      "a sink elsewhere",
      { influx: { url: "udp://x", database: "d" } },
      "influx.url: expected a URL that begins with http:// or https://",
    ],
    [
      "a heartbeat in the open",
      { heartbeatUrl: "http://hc.example" },
      "heartbeatUrl: expected a URL that begins with https://",
    ],
    [
      "too little memory",
      { probe: { memoryMb: 128 } },
      "probe.memoryMb: expected megabytes from 512 to 10240, got 128",
    ],
    [
      "too large a shard",
      { probe: { shardSize: 501 } },
      "probe.shardSize: expected a whole number from 1 to 500, got 501",
    ],
    [
      "too short a memory",
      { retention: { raw: "1h" } },
      "retention.raw: expected a duration from 48h to 30d",
    ],
    ["another end", { removal: "snapshot" }, 'removal: expected one of "retain", "destroy", got "snapshot"'],
    ["a flag in text", { timestream: "true" }, "timestream: expected true or false"],
  ])("%s", (_, change, message) => {
    expect(() => parseDeployment({ ...least, ...change })).toThrow(message);
    expect(() => parseDeployment({ ...least, ...change })).toThrow(InvalidInput);
  });

  test("all at once", () => {
    const issues = (() => {
      try {
        parseDeployment({ homeRegion: 1, probeRegions: [], removal: "x" });
      } catch (error) {
        return error instanceof InvalidInput ? error.issues.map(({ path }) => path) : [];
      }
      return [];
    })();
    expect(issues).toEqual(["homeRegion", "probeRegions", "removal"]);
  });
});
