/**
 * Has `Date` run ahead of the machine's clock by so many ms. Timers and `performance` stay as they are: what is
 * measured is real.
 * @returns what changes the offset
 */
export function shiftClock(offsetMs: number): (offsetMs: number) => void {
  let offset = offsetMs;
  const Machine = Date;
  class Shifted extends Machine {
    // every way to make a Date is passed on; only "now" is another
    constructor(...given: [] | [number]) {
      if (given.length === 0) super(Machine.now() + offset);
      else super(...given);
    }
    static override now(): number {
      return Machine.now() + offset;
    }
  }
  // callable as a function it no longer is, which nobody does
  globalThis.Date = Shifted as DateConstructor;
  return (ms) => {
    offset = ms;
  };
}
