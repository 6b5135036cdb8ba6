import type { GetSecretValueRequest } from "@aws-sdk/client-secrets-manager";
import { bodyOf, json, jsonError, targetOf } from "../protocols.ts";
import type { StandIn } from "../stand-in.ts";
import { arn, RefusedCall } from "../wire.ts";

/** Secrets Manager with these secrets, by name or ARN. */
export function makeSecrets(secrets: Readonly<Record<string, string>>): StandIn {
  return {
    service: "secretsmanager",
    recognise(request) {
      const action = targetOf(request, "secretsmanager");
      if (action === null) return null;
      const id = bodyOf<GetSecretValueRequest>(request).SecretId ?? "";
      return {
        action,
        resources: [
          id.startsWith("arn:")
            ? id
            : arn("secretsmanager", request.scope?.region ?? "", `secret:${id}-AbCdEf`),
        ],
      };
    },
    perform(request) {
      const id = bodyOf<GetSecretValueRequest>(request).SecretId ?? "";
      const value = secrets[id];
      if (request.target.action !== "GetSecretValue" || value === undefined)
        throw new RefusedCall(
          "ResourceNotFoundException",
          "Secrets Manager can't find the specified secret.",
        );
      return json({ ARN: request.target.resources[0], Name: id, SecretString: value });
    },
    refuse: jsonError("com.amazonaws.secretsmanager"),
    refusals: {
      throttled: { status: 400, code: "ThrottlingException", message: "Rate exceeded" },
      broken: { status: 500, code: "InternalServiceError", message: "An error occurred on the server side." },
    },
  };
}
