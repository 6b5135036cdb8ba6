export { systemClock } from "../lib/adapters/system-clock.ts";
