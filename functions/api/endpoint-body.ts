import type { Endpoint } from "../../lib/core/endpoint/endpoint.ts";
import { parseEndpoint } from "../../lib/core/endpoint/schema.ts";
import { secretNamesOf } from "../../lib/core/endpoint/secrets.ts";
import { InvalidInput } from "../../lib/core/errors.ts";
import type { ApiDeps } from "./deps.ts";

/** Parses the endpoint that a request carries. @throws InvalidInput with every issue found. */
export function parseBody(
  deps: Pick<ApiDeps, "regions" | "mayUseSecret">,
  org: string,
  body: unknown,
): Endpoint {
  const endpoint = parseEndpoint(body, { org, regions: deps.regions });
  const forbidden = [...secretNamesOf(endpoint)].filter((name) => !deps.mayUseSecret(name));
  if (forbidden.length === 0) return endpoint;
  throw new InvalidInput(
    forbidden.map((name) => ({
      path: "",
      expected: "no reference to that secret",
      received: `\${${name}}`,
      message: `\${${name}} can't be used here: only the configuration file may refer to the machine's secrets`,
    })),
  );
}
