import * as z from "zod";
import { VigieError } from "../errors.ts";
import { region } from "./fields.ts";

/** As `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What Lambda sets by itself; no stack supplies it. */
const runtime = z.object({ AWS_REGION: region() });

export type Runtime = z.output<typeof runtime>;

/** The heartbeat's path is its password. */
const hidden = /^HEARTBEAT_/;

function received(variable: string, value: string | undefined): string {
  if (value === undefined) return "nothing";
  if (hidden.test(variable)) return `text of ${value.length} characters (not shown)`;
  return JSON.stringify(value.length > 120 ? `${value.slice(0, 119)}…` : value);
}

/**
 * Reads a function's environment variables. Variables that the schema doesn't name are others' (Lambda sets many).
 * @param schema an object with the variables as keys
 * @returns the schema's output and what Lambda sets
 * @throws VigieError `bad_environment`, naming every wrong variable, what was expected and what came
 */
export function parseEnvironment<S extends z.ZodObject>(
  functionName: string,
  schema: S,
  env: Environment,
): z.output<S> & Runtime {
  const own = schema.safeParse(env);
  const ambient = runtime.safeParse(env);
  if (own.success && ambient.success) return { ...own.data, ...ambient.data };
  const issues = [...(own.error?.issues ?? []), ...(ambient.error?.issues ?? [])];
  const told = issues.map(({ path, message }) => {
    const variable = path.map(String).join(".");
    return `${variable}: expected ${message}, got ${received(variable, env[variable])}`;
  });
  throw new VigieError(
    "bad_environment",
    `function ${functionName}: ${told.join("; ")}. Its stack sets these (functions/${functionName}/env.ts): deploy again`,
  );
}
