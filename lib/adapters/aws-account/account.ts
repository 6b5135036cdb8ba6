import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import { SNSClient } from "@aws-sdk/client-sns";
import { SSMClient } from "@aws-sdk/client-ssm";
import { STSClient } from "@aws-sdk/client-sts";
import { TimestreamWriteClient } from "@aws-sdk/client-timestream-write";
import { clientOptions, type Patience } from "../aws/client.ts";

/** Somebody waits for it, and is told what could not be asked. */
const PATIENCE: Patience = { connectMs: 3_000, tryMs: 10_000, tries: 3 };

/** Clients of one account for one region, made when they are first asked for. Credentials are found as the AWS CLI does. */
export interface RegionClients {
  region: string;
  sts(): STSClient;
  ssm(): SSMClient;
  quotas(): ServiceQuotasClient;
  sns(): SNSClient;
  timestream(): TimestreamWriteClient;
  cloudFormation(): CloudFormationClient;
  /** Lets connections go: they would keep the process. */
  close(): void;
}

interface Closable {
  destroy(): void;
}

export function clientsFor(region: string): RegionClients {
  const options = clientOptions(region, PATIENCE);
  const made: Closable[] = [];
  const once = <T extends Closable>(make: () => T): (() => T) => {
    let client: T | null = null;
    return () => {
      if (client !== null) return client;
      client = make();
      made.push(client);
      return client;
    };
  };
  return {
    region,
    sts: once(() => new STSClient(options)),
    ssm: once(() => new SSMClient(options)),
    quotas: once(() => new ServiceQuotasClient(options)),
    sns: once(() => new SNSClient(options)),
    timestream: once(() => new TimestreamWriteClient(options)),
    cloudFormation: once(() => new CloudFormationClient(options)),
    close: () => {
      for (const client of made) client.destroy();
    },
  };
}
