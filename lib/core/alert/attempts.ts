import { Unavailable } from "../errors.ts";

/** Work of which some may fail without holding up the rest. */
export interface Attempts {
  /** The work's answer, or `otherwise` when it failed. */
  attempt<T>(work: () => T | Promise<T>, otherwise: T): Promise<T>;
  /** Notes something that failed by itself. */
  failed(error: unknown): void;
  /** What failed so far. */
  readonly errors: readonly unknown[];
  /** Throws what failed first, if anything did; before all else an Unavailable, which asks for a repetition. */
  end(): void;
}

export function makeAttempts(): Attempts {
  const errors: unknown[] = [];
  return {
    errors,
    async attempt(work, otherwise) {
      try {
        return await work();
      } catch (error) {
        errors.push(error);
        return otherwise;
      }
    },
    failed: (error) => void errors.push(error),
    end() {
      if (errors.length > 0) throw errors.find((error) => error instanceof Unavailable) ?? errors[0];
    },
  };
}
