/** What the stories are told on: contexts as they stand in cdk.json. */
import { HOME_REGION } from "../../../aws-box/box.ts";
import { CANARY_URL } from "./internet.ts";

export const REGIONS = [HOME_REGION, "us-east-1", "ap-southeast-2"];

/** Addresses in contexts that lead into the box. */
export const HEARTBEAT = "https://heartbeat.example";
export const INFLUX = "https://influx.example";

const plain = {
  homeRegion: HOME_REGION,
  probeRegions: REGIONS,
  alertEmails: ["people@example.com"],
  operatorEmails: ["operators@example.com"],
  probe: { canaries: [CANARY_URL] },
  heartbeatUrl: `${HEARTBEAT}/heartbeat/0123456789abcdef`,
};

export const contexts = {
  plain,
  /** Measurements go to both sinks. */
  sinks: {
    ...plain,
    timestream: true,
    influx: { url: INFLUX, database: "vigie", secretName: "vigie-influx" },
  },
};

export type ContextName = keyof typeof contexts;
