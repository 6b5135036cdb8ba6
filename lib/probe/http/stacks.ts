/**
 * undici ends every connection with an error object that nobody sees; to note and print its stack took a seventh of
 * an HTTP check's CPU. Until the callback that is running returns to the event loop, errors are made without one.
 * The next tick comes right after it, whatever happens within.
 */
export function withoutStacks(): void {
  const limit = Error.stackTraceLimit;
  if (limit === 0) return;
  Error.stackTraceLimit = 0;
  process.nextTick(() => {
    Error.stackTraceLimit = limit;
  });
}
