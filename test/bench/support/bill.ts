/** Charges as a bill shows them. */
import { alwaysFree, prices } from "./aws-prices.ts";
import type { Charge } from "./cost-model.ts";

const usdOf = ({ unit, quantity }: Charge): number => quantity * prices[unit];

/** At list price, USD a month. */
export const totalOf = (charges: readonly Charge[]): number =>
  charges.reduce((sum, charge) => sum + usdOf(charge), 0);

/** USD a month by line, in their order. */
export function linesOf(charges: readonly Charge[]): [line: string, usd: number][] {
  const lines = Map.groupBy(charges, ({ line }) => line);
  return [...lines].map(([line, group]) => [line, totalOf(group)]);
}

/** What is left to pay where nothing else in the account uses what is free each month. */
export function afterFree(charges: readonly Charge[]): number {
  const byUnit = Map.groupBy(charges, ({ unit }) => unit);
  const paid = [...byUnit].map(([unit, group]) => {
    const quantity = group.reduce((sum, one) => sum + one.quantity, 0) - (alwaysFree[unit] ?? 0);
    return Math.max(0, quantity) * prices[unit];
  });
  return paid.reduce((sum, usd) => sum + usd, 0);
}
