/** What every request passes: it is recognised, logged, befallen by faults, performed and answered. */
import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Guard } from "./account/guard.ts";
import type { BoxClock } from "./clock.ts";
import type { Receive } from "./door.ts";
import type { Befallen, Faults, Mishap } from "./faults.ts";
import type { Call } from "./log.ts";
import type { Ordered, StandIn, Target } from "./stand-in.ts";
import { type Answer, type BoxRequest, type Caller, type Refusal, RefusedCall } from "./wire.ts";

export interface Counter {
  clock: BoxClock;
  services: readonly StandIn[];
  faults: Faults;
  /** In order of arrival. */
  calls: Call[];
  /** The invocation that a process is busy with. */
  invocationOf(caller: Caller): string;
  guard: Guard;
  /** Kills the process. */
  kill(caller: Caller): void;
}

interface Recognised {
  service: StandIn;
  target: Target;
}

function recognise(services: readonly StandIn[], request: BoxRequest): Recognised | null {
  for (const service of services) {
    const target = service.recognise(request);
    if (target !== null) return { service, target };
  }
  return null;
}

function respond(response: ServerResponse, answer: Answer, now: number): void {
  response.sendDate = false;
  response
    .writeHead(answer.status, { ...answer.headers, date: new Date(now).toUTCString() })
    .end(answer.body);
}

async function perform(service: StandIn, ordered: Ordered, call: Call): Promise<Answer> {
  try {
    const answer = await service.perform(ordered);
    call.performed = true;
    return answer;
  } catch (error) {
    if (error instanceof RefusedCall) return service.refuse(error.refusal);
    throw error;
  }
}

const DENIED: Refusal = {
  status: 403,
  code: "AccessDeniedException",
  message: "The function's policy allows no such call.",
};

/** What is answered instead of performing, if anything. */
function answerInstead(mishaps: readonly Mishap[], service: StandIn): Answer | null {
  if (mishaps.includes("throttled")) return service.refuse(service.refusals.throttled);
  if (mishaps.includes("broken")) return service.refuse(service.refusals.broken);
  return null;
}

/** Takes the connection away before anything is done; answers whether it did. */
function cutBefore(
  counter: Counter,
  call: Call,
  befallen: readonly Befallen[],
  response: ServerResponse,
): boolean {
  for (const { mishap, onEnd } of befallen) {
    if (mishap === "kill-before") counter.kill(call.caller);
    else if (mishap === "reset-before") response.socket?.resetAndDestroy();
    else if (mishap === "stalled") onEnd(() => response.socket?.destroy());
    else continue;
    return true;
  }
  return false;
}

function cutAfter(
  counter: Counter,
  call: Call,
  mishaps: readonly Mishap[],
  response: ServerResponse,
): boolean {
  const kills = mishaps.includes("kill-after");
  if (kills) counter.kill(call.caller);
  else if (mishaps.includes("reset-after")) response.socket?.resetAndDestroy();
  return kills || mishaps.includes("reset-after");
}

const latency = (mishaps: readonly Mishap[]): number =>
  mishaps.reduce<number>((sum, mishap) => sum + (typeof mishap === "number" ? mishap : 0), 0);

async function serve(
  counter: Counter,
  { service, target }: Recognised,
  request: BoxRequest,
  response: ServerResponse,
) {
  const region = request.scope?.region ?? "";
  const { caller } = request;
  const call: Call = {
    order: counter.calls.length + 1,
    caller,
    invocation: counter.invocationOf(caller),
    service: service.service,
    action: target.action,
    region,
    resources: target.resources,
    performed: false,
    status: 0,
  };
  counter.calls.push(call);
  if (!counter.guard.admits(call, target.leadingKeys ?? []))
    return respond(response, service.refuse(DENIED), counter.clock.now());
  const befallen = counter.faults.befalling(call);
  const mishaps = befallen.map(({ mishap }) => mishap);
  if (latency(mishaps) > 0) await sleep(latency(mishaps));
  if (cutBefore(counter, call, befallen, response)) return;
  const ordered: Ordered = { ...request, target, region, half: mishaps.includes("half") };
  if (mishaps.includes("twice")) await perform(service, ordered, call);
  const answer = answerInstead(mishaps, service) ?? (await perform(service, ordered, call));
  if (cutAfter(counter, call, mishaps, response)) return;
  call.status = answer.status;
  respond(response, answer, counter.clock.now());
}

/** A request that no stand-in knows is a gap of the box: it says so, and no client takes it for an answer of AWS. */
function refuseUnknown({ method, path, headers, caller }: BoxRequest): Answer {
  const what = `${method} ${path} ${String(headers["x-amz-target"] ?? "")} from ${caller.name}`;
  return { status: 501, headers: {}, body: `No stand-in in test/aws-box answers ${what}` };
}

export function makeReceive(counter: Counter): Receive {
  return async (request, response) => {
    const recognised = recognise(counter.services, request);
    if (recognised === null) respond(response, refuseUnknown(request), counter.clock.now());
    else await serve(counter, recognised, request, response);
  };
}
