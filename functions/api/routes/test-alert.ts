import { VigieError } from "../../../lib/core/errors.ts";
import { isoSeconds } from "../../../lib/core/incident/messages.ts";
import type { Message } from "../../../lib/core/ports.ts";
import type { ApiDeps, ApiResponse } from "../deps.ts";
import { HttpRefusal, json } from "../http.ts";
import type { ApiRoute } from "../route.ts";

/** Whoever holds the button down floods nobody: e-mail subscriptions are suspended for less. */
const AGAIN_AFTER_MS = 10_000;

const TITLE = "TEST from Vigie: alerts reach you here. Nothing is down.";

/**
 * `POST /v1/test-alert`: sends a message that says it is a test to every channel of the organization, and answers how
 * each took it; 503 when none did, 429 within ten seconds of the last one.
 */
export function testAlertRoute(deps: ApiDeps): ApiRoute {
  return {
    method: "POST",
    path: "/v1/test-alert",
    bodiless: true,
    answer: ({ org }) => sendTest(deps, org),
  };
}

async function sendTest(deps: ApiDeps, org: string): Promise<ApiResponse> {
  const now = deps.clock.now();
  if (!(await deps.alerts.openGate(org, "test", now, now + AGAIN_AFTER_MS))) throw tooSoon();
  const message = testMessage(org, `test/${deps.newId()}`, now);
  const deliveries = await deps.notifier.send(message).catch((error: unknown) => {
    throw error instanceof VigieError ? undelivered(error.message) : error;
  });
  if (!deliveries.some(({ ok }) => ok)) throw undelivered("No channel took the message.");
  return json(200, { id: message.ids[0], title: message.title, deliveries });
}

const testMessage = (org: string, id: string, at: number): Message => ({
  org,
  kind: "test",
  title: TITLE,
  body: `${TITLE}\nSomebody asked for this message at ${isoSeconds(at)} to see that alerts of the organization "${org}" arrive. There is nothing to do.`,
  websites: [],
  ids: [id],
  at,
});

const undelivered = (reason: string): HttpRefusal => new HttpRefusal(503, "not_delivered", reason);

const tooSoon = (): HttpRefusal =>
  new HttpRefusal(429, "too_many_requests", "A test message was sent just now: wait ten seconds.", {
    "retry-after": String(AGAIN_AFTER_MS / 1_000),
  });
