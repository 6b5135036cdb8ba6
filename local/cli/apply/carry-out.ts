import type { WrittenEndpoint } from "../../../lib/core/endpoint/schema.ts";
import { InvalidInput, Unavailable, VigieError } from "../../../lib/core/errors.ts";
import { type Client, RemoteProblem } from "../remote/client.ts";
import { readDeployed } from "../remote/installation.ts";
import { isAsWritten, type Plan } from "./plan.ts";

/** What could not be done, and why. */
export interface FailedItem {
  id: string;
  action: Action;
  code: string;
  message: string;
}

export type Action = "create" | "change" | "delete";

export interface Outcome {
  created: number;
  changed: number;
  deleted: number;
  /** Sent again because they couldn't be compared, and found to be as they are. */
  unchanged: number;
  failed: FailedItem[];
  /** Not begun, because the user wanted to stop. */
  left: number;
}

/** How many requests are on their way at once: an API on Lambda starts this many environments without ado. */
const PARALLEL = 8;

interface Item {
  id: string;
  action: Action;
  run(): Promise<Settled>;
}

type Settled = "done" | "unchanged";

/**
 * Carries a plan out, several items at once. What fails is told by name and holds nothing else back; each item names the
 * version it was planned for, so that nobody's change in between is lost. Doing it again finishes what is left.
 * @param onProgress told after each item how many are done
 */
export async function carryOut(
  client: Client,
  plan: Plan,
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<Outcome> {
  const items = itemsOf(client, plan);
  const outcome: Outcome = { created: 0, changed: 0, deleted: 0, unchanged: 0, failed: [], left: 0 };
  const queue = items.values();
  let done = 0;
  const work = async (): Promise<void> => {
    for (const item of queue) {
      if (signal.aborted) return;
      await settle(item, outcome, signal);
      onProgress(++done);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  const { created, changed, deleted, unchanged, failed } = outcome;
  return { ...outcome, left: items.length - created - changed - deleted - unchanged - failed.length };
}

const counters = { create: "created", change: "changed", delete: "deleted" } as const;

async function settle(item: Item, outcome: Outcome, signal: AbortSignal): Promise<void> {
  try {
    const how = await item.run();
    outcome[how === "unchanged" ? "unchanged" : counters[item.action]]++;
  } catch (error) {
    if (signal.aborted && error instanceof Unavailable) return; // it may have arrived: the next run finds out
    if (!(error instanceof VigieError)) throw error;
    outcome.failed.push({ id: item.id, action: item.action, code: error.code, message: reasonOf(error) });
  }
}

/** A refusal names every issue; what changed meanwhile is to be planned anew. */
function reasonOf(error: VigieError): string {
  if (!(error instanceof RemoteProblem)) return error.message;
  if (error.issues.length > 0) return new InvalidInput(error.issues).message;
  return error.status === 412 ? "It was changed meanwhile: apply again." : error.message;
}

const pathOf = (id: string): string => `/v1/endpoints/${encodeURIComponent(id)}`;
const tagOf = (version: number): string => `"${version}"`;

function itemsOf(client: Client, { create, change, extra }: Plan): Item[] {
  return [
    ...create.map(({ id, endpoint }) => ({
      id,
      action: "create" as const,
      run: () =>
        unlessThere(client, id, endpoint, async () => {
          await client.call("POST", "/v1/endpoints", { body: endpoint });
          return "done" as const;
        }),
    })),
    ...change.map(({ id, endpoint, version }) => ({
      id,
      action: "change" as const,
      run: () =>
        unlessThere(client, id, endpoint, async () => {
          const { etag } = await client.call("PUT", pathOf(id), { body: endpoint, ifMatch: tagOf(version) });
          return etag === tagOf(version) ? ("unchanged" as const) : ("done" as const);
        }),
    })),
    ...extra.map(({ id, version }) => ({
      id,
      action: "delete" as const,
      run: () => remove(client, id, version),
    })),
  ];
}

/**
 * An answer may get lost on its way and the request be sent again: then it is refused because of the first one. Whoever
 * did it, an endpoint that is there as it was to be written is no failure.
 */
async function unlessThere(
  client: Client,
  id: string,
  endpoint: WrittenEndpoint,
  write: () => Promise<Settled>,
): Promise<Settled> {
  try {
    return await write();
  } catch (error) {
    const overtaken = error instanceof RemoteProblem && [409, 412].includes(error.status);
    if (!overtaken || !isAsWritten(endpoint, await readDeployed(client, id))) throw error;
    return "done";
  }
}

async function remove(client: Client, id: string, version: number): Promise<Settled> {
  try {
    await client.call("DELETE", pathOf(id), { ifMatch: tagOf(version) });
  } catch (error) {
    if (!(error instanceof RemoteProblem && error.status === 404)) throw error; // gone already: that is what was wanted
  }
  return "done";
}
