import { exitCodes } from "./io.ts";

/**
 * The controller that aborts when the process is asked to stop; its `reason` is the name of what asked. A second request
 * ends the process at once. SIGHUP is left alone: listening to it would undo what `nohup` did. A reader of our output
 * that went away (`| head`) asks to stop too, without a word.
 */
export function stopSignals(target: NodeJS.Process): AbortController {
  const stopping = new AbortController();
  const stop = (name: NodeJS.Signals) => {
    if (stopping.signal.aborted) target.exit(exitCodes.interrupted);
    stopping.abort(name);
  };
  target.on("SIGINT", stop);
  target.on("SIGTERM", stop);
  for (const stream of [target.stdout, target.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      stopping.abort("EPIPE");
    });
  return stopping;
}
