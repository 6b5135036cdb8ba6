import * as z from "zod";
import type { Client } from "./client.ts";
import { notVigie } from "./client.ts";

/** An endpoint as an installation has it: `endpoint` is in the words people write, secrets in headers as `***`. */
export interface Deployed {
  id: string;
  endpoint: Readonly<Record<string, unknown>>;
  origin: "file" | "api";
  version: number;
}

const MOST_PAGES = 1_000;
/** Nobody asks here how they are, and to find that out costs reads. */
const PAGE = "?limit=1000&status=false";

const deployedSchema = z
  .object({
    endpoint: z.looseObject({ id: z.string() }),
    origin: z.enum(["file", "api"]),
    version: z.number(),
  })
  .transform(({ endpoint, origin, version }): Deployed => ({ id: endpoint.id, endpoint, origin, version }));

const pageSchema = z.object({
  endpoints: z.array(deployedSchema),
  next: z.object({ after: z.string() }).nullable(),
});

const healthSchema = z.object({ version: z.string(), regions: z.array(z.string()).min(1) });

function parsed<T>(client: Client, schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (!result.success) throw notVigie(client.target);
  return result.data;
}

/** The regions that an installation checks from. It tells them whether it is well or not. */
export async function regionsOf(client: Client): Promise<string[]> {
  const { body } = await client.call("GET", "/healthz", { alsoFine: 503, tries: 2 });
  return parsed(client, healthSchema, body).regions;
}

/** Every endpoint of the caller's organization, page by page. */
export async function deployedEndpoints(client: Client): Promise<Deployed[]> {
  const all: Deployed[] = [];
  let query = PAGE;
  for (let page = 0; page < MOST_PAGES; page++) {
    const { endpoints, next } = parsed(
      client,
      pageSchema,
      (await client.call("GET", `/v1/endpoints${query}`)).body,
    );
    all.push(...endpoints);
    if (next === null) return all;
    query = `${PAGE}&after=${encodeURIComponent(next.after)}`;
  }
  throw notVigie(client.target);
}

/** One endpoint. @throws RemoteProblem 404 when there is none */
export async function readDeployed(client: Client, id: string): Promise<Deployed> {
  const { body } = await client.call("GET", `/v1/endpoints/${encodeURIComponent(id)}`);
  return parsed(client, deployedSchema, body);
}
