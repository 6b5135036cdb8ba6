import { InvalidInput } from "../errors.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Lengths, and steps that nest in what is stored (minutes, hours, days), in ms. */
const table = {
  "10m": { lengthMs: 10 * MINUTE, stepMs: MINUTE, listStepMs: MINUTE },
  "1h": { lengthMs: HOUR, stepMs: MINUTE, listStepMs: MINUTE },
  "24h": { lengthMs: DAY, stepMs: 15 * MINUTE, listStepMs: 15 * MINUTE },
  "7d": { lengthMs: 7 * DAY, stepMs: HOUR, listStepMs: DAY },
  "30d": { lengthMs: 30 * DAY, stepMs: DAY, listStepMs: DAY },
  "90d": { lengthMs: 90 * DAY, stepMs: DAY, listStepMs: DAY },
} as const;

/** The stretches of time that statistics are given for. */
export type StatsWindow = keyof typeof table;

export const statsWindows = Object.keys(table) as StatsWindow[]; // the keys are the type, by construction

export const lengthOf = (window: StatsWindow): number => table[window].lengthMs;

/** Distance between the points of a window's series, in ms: at most 169 points a window. */
export const stepOf = (window: StatsWindow): number => table[window].stepMs;

/** The same in a list of endpoints: a week in days, so that a list never reads every hour of every endpoint. */
export const listStepOf = (window: StatsWindow): number => table[window].listStepMs;

const isWindow = (text: string): text is StatsWindow => Object.hasOwn(table, text);

/** The window a person asked for; InvalidInput (path `window`) lists those there are. */
export function parseWindow(text: string): StatsWindow {
  if (isWindow(text)) return text;
  const expected = `one of ${statsWindows.join(", ")}`;
  throw new InvalidInput([{ path: "window", expected, received: text, message: `must be ${expected}` }]);
}
