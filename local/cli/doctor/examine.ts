import type { RegionClients } from "../../../lib/adapters/aws-account/account.ts";
import { AccountFault } from "../../../lib/adapters/aws-account/fault.ts";
import {
  bootstrapVersion,
  concurrencyQuota,
  type Identity,
  identity,
  pendingSubscriptions,
  smsState,
  timestreamAccess,
} from "../../../lib/adapters/aws-account/questions.ts";
import { concurrencyNeeded } from "../../../lib/core/deployment/concurrency.ts";
import { type Finding, fine, look, skipped, toChange } from "./finding.ts";

/** What is to be deployed, as far as the account has to allow it. */
export interface Wanted {
  homeRegion: string;
  probeRegions: readonly string[];
  shardSize: number;
  /** Enabled endpoints. */
  endpoints: number;
  /** Who is to get SMS. */
  phones: readonly string[];
  /** Recorded, or set by hand in cdk.json, where it overrides what is recorded. */
  timestream: { recorded: boolean; inAppFile: boolean };
}

export interface Examined {
  identity: Identity | null;
  findings: Finding[];
  /** Whether Timestream can be used; null when that could not be asked. */
  timestream: boolean | null;
}

/** The CDK's stacks ask for this version. */
const LEAST_BOOTSTRAP = 6;

/** Looks at everything, region by region; without credentials there is nothing more to see. `onAsked`: one more answer is there. */
export async function examine(
  wanted: Wanted,
  clientsFor: (region: string) => RegionClients,
  onAsked: () => void = () => undefined,
): Promise<Examined> {
  const regions = [...new Set([wanted.homeRegion, ...wanted.probeRegions])];
  const clients = new Map(regions.map((region) => [region, clientsFor(region)]));
  const home = clients.get(wanted.homeRegion) ?? clientsFor(wanted.homeRegion);
  try {
    const who = await whoAmI(home);
    onAsked();
    if (!("account" in who)) return { identity: null, findings: [who], timestream: null };
    const counted = async <T>(asking: Promise<T>): Promise<T> => asking.finally(onAsked);
    const [perRegion, access, sms] = await Promise.all([
      Promise.all([...clients.values()].map((region) => inRegion(wanted, region, who, counted))),
      counted(timestream(wanted, home)),
      counted(textMessages(wanted, home)),
    ]);
    const asIs = fine({ name: "credentials", region: null }, `account ${who.account}, ${who.arn}`);
    const findings = [asIs, ...perRegion.flat(), access.finding, sms];
    return { identity: who, findings, timestream: access.usable };
  } finally {
    for (const region of clients.values()) region.close();
  }
}

/** How many answers `examine` waits for. */
export const questionsFor = ({ homeRegion, probeRegions }: Wanted): number =>
  1 + new Set([homeRegion, ...probeRegions]).size * PER_REGION + 2;
const PER_REGION = 3;

async function whoAmI(home: RegionClients): Promise<Identity | Finding> {
  const where = { name: "credentials", region: null };
  try {
    return await identity(home);
  } catch (error) {
    if (error instanceof AccountFault) return { ...where, state: "change", text: error.message };
    return look(where, () => Promise.reject(error));
  }
}

const inRegion = (
  wanted: Wanted,
  clients: RegionClients,
  { account }: Identity,
  counted: <T>(asking: Promise<T>) => Promise<T>,
): Promise<Finding[]> =>
  Promise.all([
    counted(bootstrap(clients, account)),
    counted(concurrency(wanted, clients)),
    counted(subscriptions(clients)),
  ]);

function bootstrap(clients: RegionClients, account: string): Promise<Finding> {
  const where = { name: "bootstrap", region: clients.region };
  return look(where, async () => {
    const version = await bootstrapVersion(clients);
    if (version !== null && version >= LEAST_BOOTSTRAP) return fine(where, `version ${version}`);
    const what = version === null ? "not bootstrapped" : `version ${version} is too old`;
    return toChange(where, what, `npx cdk bootstrap aws://${account}/${clients.region}`);
  });
}

function concurrency(wanted: Wanted, clients: RegionClients): Promise<Finding> {
  const { region } = clients;
  const where = { name: "concurrency", region };
  const probes = wanted.probeRegions.includes(region);
  const needed = concurrencyNeeded({
    ...wanted,
    endpoints: probes ? wanted.endpoints : 0,
    home: region === wanted.homeRegion,
  });
  return look(where, async () => {
    const quota = await concurrencyQuota(clients);
    const text = `${quota} Lambda environments allowed, ${needed} needed for ${wanted.endpoints} endpoints`;
    if (quota >= needed) return fine(where, text);
    const value = Math.max(1_000, Math.ceil(needed / 500) * 500);
    const command =
      "aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384";
    return toChange(where, text, `${command} --desired-value ${value} --region ${region}`);
  });
}

function subscriptions(clients: RegionClients): Promise<Finding> {
  const where = { name: "subscriptions", region: clients.region };
  return look(where, async () => {
    const pending = await pendingSubscriptions(clients);
    if (pending.length === 0) return fine(where, "none waits to be confirmed");
    const list = pending.map(({ endpoint, topic }) => `${endpoint} (${topic})`).join(", ");
    const fix =
      "Click the link in the mail from AWS Notifications; after three days it is void: remove the address, deploy, add it again.";
    return toChange(where, `not confirmed, so nothing is sent there: ${list}`, fix);
  });
}

async function timestream(
  wanted: Wanted,
  home: RegionClients,
): Promise<{ finding: Finding; usable: boolean | null }> {
  const where = { name: "timestream", region: home.region };
  let usable: boolean | null = null;
  const finding = await look(where, async () => {
    usable = await timestreamAccess(home);
    return timestreamFinding(where, usable, wanted.timestream);
  });
  return { finding, usable };
}

function timestreamFinding(
  where: { name: string; region: string },
  usable: boolean,
  { recorded, inAppFile }: Wanted["timestream"],
): Finding {
  if (inAppFile)
    return toChange(
      where,
      "`timestream` stands in cdk.json, where it overrides what --save records",
      "Remove it from cdk.json, then: vigie doctor --save",
    );
  if (!usable && recorded)
    return toChange(
      where,
      "recorded as usable, but this account can't use Timestream for LiveAnalytics here",
      "vigie doctor --save",
    );
  if (!usable)
    return fine(where, "not open to this account here, and not used; InfluxDB can be (`influx` in cdk.json)");
  return fine(where, recorded ? "can be used, and is" : "can be used, and is not: --save turns it on");
}

/** Numbers of the United States and their neighbours, of China and of India get nothing from nobody in particular. */
const NEEDS_ORIGIN = /^\+(1|86|91)/;

function textMessages({ phones }: Wanted, home: RegionClients): Promise<Finding> {
  const where = { name: "sms", region: home.region };
  if (phones.length === 0) return Promise.resolve(skipped(where, "no phone numbers are to be told"));
  return look(where, async () => {
    const { sandbox, monthlyLimitUsd, originationNumbers } = await smsState(home);
    const limit = monthlyLimitUsd ?? 1;
    const wrong = [
      ...(sandbox ? ["only verified numbers get SMS (sandbox)"] : []),
      ...(limit <= 1 ? [`at most $${limit} a month is spent on SMS`] : []),
      ...(originationNumbers === 0 && phones.some((phone) => NEEDS_ORIGIN.test(phone))
        ? ["no number to send from, which +1, +86 and +91 need"]
        : []),
    ];
    if (wrong.length === 0)
      return fine(
        where,
        `out of the sandbox, up to $${limit} a month, ${originationNumbers} numbers to send from`,
      );
    return toChange(
      where,
      wrong.join("; "),
      `https://console.aws.amazon.com/sns/v3/home?region=${home.region}#/mobile/text-messaging`,
    );
  });
}
