import { Unavailable, VigieError } from "../../core/errors.ts";
import { mayPass } from "../aws/errors.ts";

const isNamed = (error: unknown, names: RegExp): boolean => error instanceof Error && names.test(error.name);

const isDenied = (error: unknown): boolean =>
  isNamed(
    error,
    /^(AccessDenied|AccessDeniedException|AuthorizationError|AuthorizationErrorException|UnauthorizedOperation)$/,
  );

/** Also what a region answers that the account has not enabled: it knows none of the account's keys. */
const isUnknownHere = (error: unknown): boolean =>
  isNamed(
    error,
    /^(UnrecognizedClientException|InvalidClientTokenId|InvalidClientTokenIdException|InvalidSecurity)/,
  );

const hasNone = (error: unknown): boolean =>
  isNamed(error, /^(CredentialsProviderError|TokenProviderError)$/);

const hasExpired = (error: unknown): boolean =>
  isNamed(error, /^(ExpiredToken|ExpiredTokenException|RequestExpired)$/);

/** Why the account could not be asked. Codes: no_credentials, expired, unknown_here, denied, unavailable, aws_refused. */
export class AccountFault extends VigieError {}

const sentenceOf = (error: unknown): string =>
  error instanceof Error ? (error.message.split("\n")[0] ?? error.name).slice(0, 300) : String(error);

/**
 * An error of an AWS client in words for whoever runs the command: here, unlike in a function, what AWS says helps.
 * @param permission as `sns:ListSubscriptions`
 */
export function faultOf(error: unknown, permission: string, region: string): VigieError {
  const because = { cause: error };
  if (hasNone(error))
    return new AccountFault(
      "no_credentials",
      "No AWS credentials were found: run `aws configure` or `aws sso login`, or set AWS_PROFILE.",
      because,
    );
  if (hasExpired(error))
    return new AccountFault("expired", "The AWS credentials have expired: sign in again.", because);
  if (isUnknownHere(error))
    return new AccountFault(
      "unknown_here",
      `${region} does not know these credentials: they are wrong, or the region is not enabled for the account.`,
      because,
    );
  if (isDenied(error))
    return new AccountFault("denied", `These credentials may not call ${permission} in ${region}.`, because);
  const what = `AWS did not answer ${permission} in ${region} (${sentenceOf(error)}).`;
  return mayPass(error) ? new Unavailable(what, because) : new AccountFault("aws_refused", what, because);
}

/** Asks, and puts what goes wrong into words. */
export async function asked<T>(permission: string, region: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw error instanceof VigieError ? error : faultOf(error, permission, region);
  }
}
