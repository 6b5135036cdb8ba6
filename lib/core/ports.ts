/**
 * What the core needs from the world. One contract suite per store port in test/contract/; every adapter runs it.
 * A failed condition is `Conflict`, a store out of reach `Unavailable` (errors.ts). Times are epoch ms.
 */
import type { MessageKind } from "./alert/effect.ts";
import type { AlertState, RegionOutcome } from "./alert/state.ts";
import type { CheckRecord } from "./check/record.ts";
import type { Endpoint } from "./endpoint/endpoint.ts";
import type { Bucket, BucketSize } from "./history/bucket.ts";
import type { Delivery, Incident, SentMessage } from "./incident/incident.ts";

export interface Clock {
  /** Epoch ms. */
  now(): number;
  /** Resolves after `ms`, or at once when the signal aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A stored value and the version a conditional write has to name. */
export interface Versioned<T> {
  value: T;
  version: number;
}

/** Who an endpoint belongs to: a configuration file (read-only for the API), or the API. */
export type Origin = "file" | "api";

export interface StoredEndpoint {
  endpoint: Endpoint;
  origin: Origin;
  version: number;
  /** The shard that checks it, where the store keeps that; absent while it is paused. */
  shard?: string;
  /** Shards it was in before, oldest first; each is kept as long as the ticks it has there. Absent: none. */
  movedFrom?: readonly ShardStay[];
}

/** A stay that is over. */
export interface ShardStay {
  shard: string;
  /** When it moved away, or was paused (epoch ms). */
  at: number;
}

/** Up to 500 endpoints that one probe invocation checks. `offsetMs`: at which point of the minute it ticks. */
export interface ShardRef {
  id: string;
  /** Changes whenever the list does. */
  version: string;
  count: number;
  offsetMs: number;
  /** Holds only endpoints with intervals under a minute, checked in rounds. */
  rounds: boolean;
  /** The only regions in which it is checked; absent where it is in all of them. */
  regions?: readonly string[];
}

export interface EndpointStore {
  shards(): Promise<ShardRef[]>;
  /** The enabled endpoints of a shard; empty for an unknown one. */
  shard(id: string): Promise<Endpoint[]>;
  get(org: string, id: string): Promise<StoredEndpoint | null>;
  /** Those of the ids that exist, by id. */
  getMany(org: string, ids: readonly string[]): Promise<Map<string, StoredEndpoint>>;
  /** Ordered by id. */
  list(org: string): Promise<StoredEndpoint[]>;
  /** `expected` null creates (Conflict when it exists); otherwise replaces that version. Returns the new version. */
  put(endpoint: Endpoint, origin: Origin, expected: number | null): Promise<number>;
  remove(org: string, id: string, expected: number): Promise<void>;
}

/** Who is in a shard, with all that the store knows of each. Beside EndpointStore where there are shards for good. */
export interface ShardMembers {
  /** The same as `shard` answers. Empty for an unknown one. */
  members(shard: string): Promise<StoredEndpoint[]>;
  /** Every shard that ever was, those without a member too: their ticks outlast them. */
  everyShard(): Promise<Pick<ShardRef, "id" | "regions">[]>;
  /** Counts the shard's members anew: places that a crash left taken are free again. */
  recount(shard: string): Promise<void>;
}

/** Takes a configuration file over. A port of its own: only a store with transactions can do it. */
export interface DeclaredEndpoints {
  /** Makes the endpoints of one origin exactly these, whole or not at all; others are untouched (Conflict on a clash of ids). */
  replaceAll(origin: Origin, endpoints: readonly Endpoint[]): Promise<EndpointChanges>;
}

export interface EndpointChanges {
  added: Endpoint[];
  changed: { before: Endpoint; after: Endpoint }[];
  removed: Endpoint[];
}

/** What is known of an API token. The token itself is never stored. */
export interface ApiToken {
  org: string;
  /** For people: what it is for, or where it is used. */
  name: string;
  createdAt: number;
  /** Good for nothing from then on; absent: never expires. */
  expiresAt?: number;
}

/** API tokens by the SHA-256 of their text, in lower-case hex. */
export interface TokenStore {
  /** Null for an unknown one. An expired one may still be found: whoever asks compares times. */
  find(hash: string): Promise<ApiToken | null>;
  /** Conflict when the hash is known. */
  create(hash: string, token: ApiToken): Promise<void>;
}

/**
 * Where the records of one invocation belong. Invocations of one tick that check different endpoints of a shard are
 * lanes: `slow` is the one beside the main one for targets that keep it waiting.
 */
export interface TickPlace {
  shard: string;
  lane: "main" | "slow";
}

/** Hot log of outcomes: what alerting reads. Kept 48 h by default. */
export interface TickLog {
  /** First write wins for endpoint + region + scheduledAt. All of one shard; a store that keeps rows needs no place. */
  append(records: readonly CheckRecord[], place: TickPlace): Promise<void>;
  /** Outcomes of some endpoints in every region with since <= scheduledAt <= until, by endpoint id. */
  outcomes(
    org: string,
    endpointIds: readonly string[],
    since: number,
    until: number,
  ): Promise<Map<string, RegionOutcome[]>>;
  /** Whole records of one endpoint, ascending, same bounds. */
  records(org: string, endpointId: string, since: number, until: number): Promise<CheckRecord[]>;
  /** Whole records of all endpoints of an organization, same bounds; for lists and rollups. */
  all(org: string, since: number, until: number): Promise<CheckRecord[]>;
}

/** One region's view of one shard. */
export interface ShardRegion {
  region: string;
  shard: string;
}

/** The tick log by shard and region: how it is kept where shards stay. */
export interface ShardTicks {
  /** Whole records with since <= scheduledAt <= until, of whatever organization, in no order; repeats may be among them. */
  ofShard(place: ShardRegion, since: number, until: number): Promise<CheckRecord[]>;
}

/** Alert state: one bounded item per endpoint, and the gates that group messages. */
export interface AlertStore {
  get(org: string, endpointId: string): Promise<Versioned<AlertState> | null>;
  getMany(org: string, endpointIds: readonly string[]): Promise<Map<string, Versioned<AlertState>>>;
  /** `expected` null creates. Several at once half-fail normally: answers with the ids whose condition failed. */
  putMany(writes: readonly AlertWrite[]): Promise<{ conflicts: string[] }>;
  /**
   * Endpoints whose state `isTroubled` (alert/state.ts), page by page, those of a shard side by side. Sparse: grows
   * with trouble, not with endpoints. From an index that may lag by a second.
   */
  troubled(): AsyncIterable<TroubledEndpoint[]>;
  /** At most `limit` states of an organization with effects to be carried out. Which they are comes from an index that may lag by a second. */
  unsent(org: string, limit: number): Promise<Versioned<AlertState>[]>;
  remove(org: string, endpointId: string): Promise<void>;
  /**
   * Opens the gate of organization and kind until `until` unless one is open at `now`; answers whether it did. A gate
   * that would stay open over a minute longer than that was opened before the clock was set back, and holds nobody.
   */
  openGate(org: string, kind: MessageKind, now: number, until: number): Promise<boolean>;
}

export interface AlertWrite {
  state: AlertState;
  expected: number | null;
  /** The endpoint's shard, where it is known: what is read together stands together. Kept when a write doesn't name it. */
  shard?: string;
}

/** Who is in trouble. */
export interface TroubledEndpoint {
  org: string;
  endpointId: string;
}

export interface IncidentQuery {
  org: string;
  endpointId?: string;
  /** Only those open, or only those ended. */
  open?: boolean;
  limit: number;
  /** Only those started before this. */
  before?: number;
}

export interface IncidentLog {
  /** Keeps the highest revision; messages already logged stay. */
  put(incident: Incident): Promise<void>;
  /** Idempotent by effect id. */
  addMessage(org: string, incidentId: string, message: SentMessage): Promise<void>;
  get(org: string, incidentId: string): Promise<Incident | null>;
  /** Latest start first. */
  list(query: IncidentQuery): Promise<Incident[]>;
  /** Messages of an organization, latest first. */
  messages(org: string, limit: number): Promise<(SentMessage & { incidentId: string; endpointId: string })[]>;
}

/** Hour and day buckets, rolled up from ticks. */
export interface History {
  /** Replaces the bucket of the same endpoint, region, size and start: writing again changes nothing. */
  put(buckets: readonly Bucket[]): Promise<void>;
  /** since <= start < until, ascending, all regions. Everything put before is there. */
  list(org: string, endpointId: string, size: BucketSize, since: number, until: number): Promise<Bucket[]>;
  /**
   * Start of the latest hour up to which every bucket is there: of this endpoint, or of all of the organization's
   * where none is named. Null: nothing is rolled up yet, all there is stands in the tick log. Where marks are kept by
   * shard and region, this is the earliest of those it takes; a shard not rolled up yet counts as rolled up to where
   * the ticks begin.
   */
  rolledUpTo(org: string, endpointId?: string): Promise<number | null>;
}

/**
 * How far rolling up got, by scope: what is rolled up at a time. An organization on one machine; a shard in a region
 * where ticks are kept by them.
 */
export interface RollupMarks<Scope> {
  /** Start of the latest hour marked; null before the first. */
  rolledUpTo(scope: Scope): Promise<number | null>;
  /** Never goes back: an earlier hour than the one marked changes nothing. */
  markRolledUp(scope: Scope, hour: number): Promise<void>;
}

/** One message for people. `ids`: the effects it carries out. */
export interface Message {
  org: string;
  kind: MessageKind;
  title: string;
  body: string;
  /** Names as they stand in the title: what is shortened first where a title has to fit. */
  websites: string[];
  ids: string[];
  at: number;
}

/** Sends to every channel it stands for. Throws only when nothing could be sent at all (it is then repeated). */
export interface Notifier {
  send(message: Message): Promise<Delivery[]>;
}

/**
 * People's own analysis: a database of time series. Writing a record again changes nothing. Records that it refuses are
 * left out and told; the others are written. Unavailable: nothing or not everything is there, the write may be repeated.
 */
export interface MetricsSink {
  write(records: readonly CheckRecord[]): Promise<void>;
}

/** Where records wait that a sink did not take: durable once `put` resolves, and written to the sink later. */
export interface MetricsQueue {
  put(records: readonly CheckRecord[]): Promise<void>;
}

/** A failed check with every outcome of its endpoint in this invocation. */
export interface FailurePost {
  org: string;
  endpointId: string;
  outcomes: RegionOutcome[];
}

/** Brings failures to the failure function: a call on one machine, API Gateway on AWS. */
export interface FailureRoute {
  post(batch: readonly FailurePost[]): Promise<void>;
}

/**
 * Endpoints that would keep the main invocation of their shard waiting, each as `<org>/<id>`: `failing` are those whose
 * latest check failed, `slow` those whose latest check succeeded but took long. In both: it counts as failing.
 */
export interface SlowMembers {
  failing: ReadonlySet<string>;
  slow: ReadonlySet<string>;
}

export type SlowLaneKey = ShardRegion;

/**
 * Remembers who is checked beside the main invocation, per region and shard. What it answers may be a moment old;
 * nothing but waiting depends on it. Bounded by the shard's endpoints. Unavailable when it can't be reached.
 */
export interface SlowLane {
  /** Two empty sets where nothing was ever noted. */
  members(key: SlowLaneKey): Promise<SlowMembers>;
  /** Leaves other members alone, whoever else writes at the same time; adding what is there changes nothing. */
  add(key: SlowLaneKey, members: SlowMembers): Promise<void>;
  /** The reverse of `add`: takes each from the set it is named in; removing what is not there changes nothing. */
  remove(key: SlowLaneKey, members: SlowMembers): Promise<void>;
}
