import { describe, expect, test } from "vitest";
import { type ApiEnv, parseApiEnv } from "../../functions/api/env.ts";
import { type DispatchEnv, parseDispatchEnv } from "../../functions/dispatch/env.ts";
import { type FailureEnv, parseFailureEnv } from "../../functions/failure/env.ts";
import { type ForwardEnv, parseForwardEnv } from "../../functions/forward/env.ts";
import { type ProbeEnv, parseProbeEnv } from "../../functions/probe/env.ts";
import { parseReplayEnv, type ReplayEnv } from "../../functions/replay/env.ts";
import { parseRollupEnv, type RollupEnv } from "../../functions/rollup/env.ts";
import { parseWatchdogEnv, type WatchdogEnv } from "../../functions/watchdog/env.ts";
import { VigieError } from "../../lib/core/errors.ts";

const runtime = { AWS_REGION: "eu-west-1", LANG: "en_US.UTF-8" };

const queue = (name: string): string => `https://sqs.eu-west-1.amazonaws.com/111122223333/${name}`;

const probe: ProbeEnv = {
  HOME_REGION: "eu-central-1",
  CONFIG_TABLE: "vigie-config",
  ALERTS_TABLE: "vigie-alerts",
  TICKS_TABLE: "vigie-ticks",
  TICK_RETENTION_MS: "172800000",
  FAILURES_URL: "https://abc.execute-api.eu-central-1.amazonaws.com/internal/failures",
  FORWARD_QUEUE_URL: queue("forward"),
  SLOW_FUNCTION: "vigie-probe-slow",
  CANARIES: "https://a.example/x,https://b.example/",
};

const dispatch: DispatchEnv = {
  HOME_REGION: "eu-central-1",
  CONFIG_TABLE: "vigie-config",
  PROBE_FUNCTION: "vigie-probe",
  ROUNDS_QUEUE_URL: queue("rounds"),
};

const forward: ForwardEnv = {
  HOME_REGION: "eu-central-1",
  TICKS_TABLE: "vigie-ticks",
  TICK_RETENTION_MS: "172800000",
  FAILURES_URL: probe.FAILURES_URL,
};

const replay: ReplayEnv = {
  HOME_REGION: "eu-central-1",
  INFLUX_URL: "http://10.0.0.4:8086",
  INFLUX_DATABASE: "vigie",
};

const failure: FailureEnv = {
  CONFIG_TABLE: "vigie-config",
  ALERTS_TABLE: "vigie-alerts",
  TICKS_TABLE: "vigie-ticks",
  FAILURES_QUEUE_URL: queue("failures"),
  TOPIC_ARN_PREFIX: "arn:aws:sns:eu-central-1:111122223333:vigie-",
  REGIONS: "eu-west-1",
};

const watchdog: WatchdogEnv = { ...failure, HEARTBEAT_URL: "https://beat.example/secret-path" };

const rollup: RollupEnv = {
  CONFIG_TABLE: "vigie-config",
  TICKS_TABLE: "vigie-ticks",
  HISTORY_TABLE: "vigie-history",
  ROLLUP_QUEUE_URL: queue("rollup"),
  REGIONS: "eu-west-1",
  TICK_RETENTION_MS: "172800000",
  HOUR_RETENTION_MS: "34560000000",
  DAY_RETENTION_MS: "157680000000",
};

const api: ApiEnv = {
  CONFIG_TABLE: "vigie-config",
  ALERTS_TABLE: "vigie-alerts",
  TICKS_TABLE: "vigie-ticks",
  HISTORY_TABLE: "vigie-history",
  SHARD_SIZE: "500",
  TICK_RETENTION_MS: "172800000",
  REGIONS: "eu-west-1",
  TOPIC_ARN_PREFIX: failure.TOPIC_ARN_PREFIX,
  VERSION: "0.1.0",
};

type Parse = (env: Readonly<Record<string, string | undefined>>) => object;

/** [function, how it reads its environment, all of its environment, what may be missing]. */
const functions: [string, Parse, Record<string, string | undefined>, string[]][] = [
  ["probe", parseProbeEnv, probe, []],
  ["dispatch", parseDispatchEnv, dispatch, []],
  ["forward", parseForwardEnv, forward, []],
  ["replay", parseReplayEnv, replay, []],
  ["failure", parseFailureEnv, failure, []],
  ["watchdog", parseWatchdogEnv, watchdog, ["HEARTBEAT_URL"]],
  ["rollup", parseRollupEnv, rollup, []],
  ["api", parseApiEnv, api, []],
];

const thrown = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    return error;
  }
  return null;
};

describe.each(functions)("the environment of %s", (name, parse, complete, optional) => {
  test("is read, whatever else Lambda sets", () => {
    expect(Object.keys(parse({ ...complete, ...runtime })).toSorted()).toEqual(
      [...Object.keys(complete), "AWS_REGION"].toSorted(),
    );
  });

  test.each(Object.keys(complete).filter((variable) => !optional.includes(variable)))(
    "needs %s",
    (variable) => {
      const error = thrown(() => parse({ ...complete, ...runtime, [variable]: undefined }));
      expect(error).toMatchObject({ code: "bad_environment" });
      expect(String(error)).toMatch(new RegExp(`function ${name}: .*${variable}: expected .+, got nothing`));
    },
  );

  test("refuses empty text in every variable", () => {
    for (const variable of Object.keys(complete))
      expect(
        thrown(() => parse({ ...complete, ...runtime, [variable]: "" })),
        variable,
      ).toBeInstanceOf(VigieError);
  });

  test("needs Lambda's own region", () => {
    expect(() => parse(complete)).toThrow(/AWS_REGION: expected a region such as eu-west-1, got nothing/);
  });
});

const reading = (changes: Record<string, string | undefined>) => () =>
  parseProbeEnv({ ...probe, ...runtime, ...changes });

test("lists and numbers come as such", () => {
  expect(parseFailureEnv({ ...failure, ...runtime, REGIONS: "eu-west-1,us-east-1" })).toMatchObject({
    REGIONS: ["eu-west-1", "us-east-1"],
  });
  expect(reading({})()).toMatchObject({
    CANARIES: ["https://a.example/x", "https://b.example/"],
    TICK_RETENTION_MS: 172_800_000,
  });
});

test.each([
  ["CANARIES", "ftp://a.example", "http(s) URLs, separated by commas, none twice"],
  ["CANARIES", "https://a.example,", "http(s) URLs, separated by commas, none twice"],
  ["FAILURES_URL", "http://api.example/internal/failures", "an https:// URL (http:// on loopback only)"],
  ["TICK_RETENTION_MS", "48h", "milliseconds from 60000 to"],
  ["TICK_RETENTION_MS", "1000", "milliseconds from 60000 to"],
  ["INFLUX_URL", "influx:8086", "a URL that begins with http:// or https://"],
])("%s refuses %s", (variable, value, expected) => {
  expect(reading({ [variable]: value })).toThrow(`${variable}: expected ${expected}`);
});

test.each(["eu-west-1, us-east-1", "eu-west-1,eu-west-1"])("REGIONS refuses %s", (REGIONS) => {
  expect(() => parseFailureEnv({ ...failure, ...runtime, REGIONS })).toThrow(
    "REGIONS: expected regions, separated by commas, none twice",
  );
});

test("every wrong variable is told at once", () => {
  expect(reading({ CONFIG_TABLE: undefined, HOME_REGION: "Frankfurt" })).toThrow(
    /HOME_REGION: expected a region such as eu-west-1, got "Frankfurt"; CONFIG_TABLE: expected/,
  );
});

test("what is long is cut, and a heartbeat's address is not shown", () => {
  expect(reading({ SLOW_FUNCTION: "x".repeat(300) })).toThrow(/got "x{119}…"/);
  expect(() => parseWatchdogEnv({ ...watchdog, ...runtime, HEARTBEAT_URL: "beat.example/secret" })).toThrow(
    /HEARTBEAT_URL: expected .* got text of 19 characters \(not shown\)/,
  );
});

test("plain HTTP is for stand-ins on loopback", () => {
  for (const host of ["127.0.0.1:4000", "localhost:4000", "[::1]:4000"])
    expect(reading({ FAILURES_URL: `http://${host}/internal/failures` })).not.toThrow();
});

describe("sinks", () => {
  const influx = { INFLUX_URL: "http://10.0.0.4:8086", INFLUX_DATABASE: "vigie" };
  const METRICS_QUEUE_URL = queue("metrics");

  test.each([
    [influx, "METRICS_QUEUE_URL"],
    [{ METRICS_QUEUE_URL }, "METRICS_QUEUE_URL"],
    [{ INFLUX_URL: influx.INFLUX_URL, METRICS_QUEUE_URL }, "INFLUX_DATABASE"],
    [{ INFLUX_DATABASE: "vigie" }, "INFLUX_URL"],
    [{ INFLUX_SECRET: "vigie/influx" }, "INFLUX_URL"],
    [{ TIMESTREAM_DATABASE: "vigie", METRICS_QUEUE_URL }, "TIMESTREAM_TABLE"],
    [{ TIMESTREAM_TABLE: "checks" }, "TIMESTREAM_DATABASE"],
  ])("%j lacks something", (given, variable) => {
    expect(reading(given)).toThrow(`${variable}: expected`);
  });

  test("one or both, with a queue", () => {
    const timestream = { TIMESTREAM_DATABASE: "vigie", TIMESTREAM_TABLE: "checks" };
    for (const given of [influx, timestream, { ...influx, ...timestream, INFLUX_SECRET: "vigie/influx" }])
      expect(reading({ ...given, METRICS_QUEUE_URL })).not.toThrow();
  });

  test("replay without a sink has nothing to do", () => {
    expect(() => parseReplayEnv({ ...runtime, HOME_REGION: "eu-central-1" })).toThrow(/nothing to replay to/);
  });
});
