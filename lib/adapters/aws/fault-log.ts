import { VigieError } from "../../core/errors.ts";
import type { Clock } from "../../core/ports.ts";

/** Where a fault of ours struck; free of secrets. */
export type FaultPlace = Readonly<Record<string, unknown>> & { what: string };

export interface FaultLogOptions {
  clock: Pick<Clock, "now">;
  /** Takes one line; standard error unless told. */
  write?: (line: string) => void;
}

/** Logs are what an idle function costs most for: the same fault is written once in this time. */
const SILENCE_MS = 60_000;
const KEPT = 200;
const CAUSES = 4;

const wordsOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : "an error without words";

/** An error and what it came from, outermost first. */
function chainOf(error: unknown): string[] {
  const chain: string[] = [];
  for (let next = error; next !== undefined && chain.length < CAUSES; ) {
    chain.push(wordsOf(next));
    next = next instanceof Error ? next.cause : undefined;
  }
  return chain;
}

/** One of ours says what happened; of any other only the stack tells where. */
const detailsOf = (error: unknown): object =>
  error instanceof VigieError
    ? { code: error.code }
    : { code: "unexpected", stack: error instanceof Error ? error.stack : undefined };

const toStandardError = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** Writes faults of ours, one line of JSON each; nothing is written while all is well. Never throws. */
export function makeFaultLog(
  serviceName: string,
  { clock, write = toStandardError }: FaultLogOptions,
): (error: unknown, place: FaultPlace) => void {
  const told = new Map<string, number>();
  const isNew = (key: string): boolean => {
    const age = clock.now() - (told.get(key) ?? Number.NEGATIVE_INFINITY);
    if (age >= 0 && age < SILENCE_MS) return false;
    if (told.size >= KEPT) told.clear();
    told.set(key, clock.now());
    return true;
  };
  return (error, place) => {
    const [message = "", ...causes] = chainOf(error);
    if (isNew(JSON.stringify([place, message])))
      write(
        JSON.stringify({
          level: "ERROR",
          service: serviceName,
          message,
          ...place,
          ...detailsOf(error),
          ...(causes.length > 0 ? { causes } : {}),
        }),
      );
  };
}
