import { VigieError } from "../../../lib/core/errors.ts";

/** One thing that was looked at. */
export interface Finding {
  /** `credentials`, `bootstrap`, `concurrency`, `timestream`, `sms`, `subscriptions`. */
  name: string;
  region: string | null;
  /** `unknown`: it could not be asked; `skipped`: it does not matter here. */
  state: "ok" | "change" | "unknown" | "skipped";
  text: string;
  /** What to do: a sentence or a command. */
  fix?: string;
}

type Where = Pick<Finding, "name" | "region">;

export const fine = (where: Where, text: string): Finding => ({ ...where, state: "ok", text });
export const skipped = (where: Where, text: string): Finding => ({ ...where, state: "skipped", text });
export const toChange = (where: Where, text: string, fix: string): Finding => ({
  ...where,
  state: "change",
  text,
  fix,
});

/** Looks, and turns a question that could not be asked into a finding. */
export async function look(where: Where, ask: () => Promise<Finding>): Promise<Finding> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof VigieError)) throw error;
    return { ...where, state: "unknown", text: error.message };
  }
}
