import type { Endpoint } from "../../lib/core/endpoint/endpoint.ts";
import { parseEndpoint } from "../../lib/core/endpoint/schema.ts";
import { secretNamesOf } from "../../lib/core/endpoint/secrets.ts";
import { type InputIssue, InvalidInput } from "../../lib/core/errors.ts";
import type { ApiDeps } from "./deps.ts";
import { HIDDEN } from "./hidden.ts";

/** Parses the endpoint that a request carries. @throws InvalidInput with every issue found. */
export function parseBody(
  deps: Pick<ApiDeps, "regions" | "mayUseSecret">,
  org: string,
  body: unknown,
): Endpoint {
  const endpoint = parseEndpoint(body, { org, regionNames: deps.regions });
  const issues = [
    ...secretNamesOf(endpoint)
      .filter((name) => !deps.mayUseSecret(name))
      .map(foreignSecret),
    ...Object.entries(endpoint.headers)
      .filter(([, value]) => value === HIDDEN)
      .map(([name]) => stillHidden(name)),
  ];
  if (issues.length > 0) throw new InvalidInput(issues);
  return endpoint;
}

const foreignSecret = (name: string): InputIssue => ({
  path: "",
  expected: "no reference to that secret",
  received: name,
  message: `the secret ${name} can't be used here: only the configuration file may refer to the machine's secrets`,
});

const stillHidden = (name: string): InputIssue => ({
  path: `headers[${JSON.stringify(name)}]`,
  expected: "the header's value",
  received: HIDDEN,
  message: `${HIDDEN} stands for a value that is kept secret, and nothing is stored for this header: write its value`,
});
