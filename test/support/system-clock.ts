/** The machine's clock, for tests of what waits on real sockets anyway. */
export { systemClock } from "../../local/clock.ts";
