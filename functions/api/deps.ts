import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import type {
  AlertStore,
  Clock,
  EndpointStore,
  History,
  IncidentLog,
  Notifier,
  TickLog,
} from "../../lib/core/ports.ts";

export type ApiEvent = APIGatewayProxyEventV2;
export type ApiResponse = APIGatewayProxyStructuredResultV2;

/** Who calls: everything that is read or written belongs to this organization. */
export interface Principal {
  org: string;
}

/** Where a fault of ours happened, for the log; never part of an answer. */
export interface FaultContext {
  requestId: string;
  method: string;
  path: string;
}

/** What the API needs from the world. */
export interface ApiDeps {
  endpoints: EndpointStore;
  ticks: TickLog;
  alerts: AlertStore;
  incidents: IncidentLog;
  history: History;
  /** Brings test messages to the organization's channels. */
  notifier: Notifier;
  clock: Clock;
  /** A text that never comes again. */
  newId(): string;
  /** Every region that checks endpoints. */
  regions: readonly string[];
  version: string;
  /** Names the caller's organization, or throws HttpRefusal 401. Asked before anything else of a request is read. */
  principal(event: ApiEvent): Principal | Promise<Principal>;
  /** Whether an endpoint made over HTTP may refer to the secret `${name}`: otherwise it could send any secret anywhere. */
  mayUseSecret(name: string): boolean;
  /** The file that declares the endpoints of origin `file`, named where a change is refused. */
  configFile: string | null;
  /** What is wrong with this installation now, one line each; empty when nothing is. */
  troubles(): readonly string[] | Promise<readonly string[]>;
  /** Told of every fault of ours that an answer hides. */
  onFault(error: unknown, context: FaultContext): void;
}
