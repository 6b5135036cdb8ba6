import { render } from "ink";
import { createElement as h } from "react";
import type { Clock } from "../../lib/core/ports.ts";
import type { DashboardSettings } from "../settings.ts";
import { App } from "./app.ts";
import { type Environment, glyphsFor } from "./glyphs.ts";
import { makeModel } from "./model.ts";
import type { DashboardSource } from "./source.ts";
import { themeFor } from "./theme.ts";

export interface DashboardDeps {
  source: DashboardSource;
  clock: Clock;
  /** How often numbers are read; asked each time. */
  settings(): DashboardSettings;
  env: Environment;
  stdin: NodeJS.ReadableStream;
  stdout: NodeJS.WritableStream;
  stderr: NodeJS.WritableStream;
  /** Where an uncaught error is told before the process ends: `process`. */
  host: Pick<NodeJS.EventEmitter, "on" | "off">;
  /** The person at the keyboard wants to stop. Called once. */
  onQuit(by: "q" | "Ctrl-C"): void;
  /** Closes the dashboard. */
  signal: AbortSignal;
}

/** Told before the stack trace is printed, so that it is printed on a screen that stays. */
const CRASH = "uncaughtExceptionMonitor";

/**
 * Shows the dashboard on a terminal until the signal aborts or the person quits. Resolves once the terminal is as it
 * was before; rejects, with the terminal restored too, when drawing failed.
 */
export async function renderDashboard(deps: DashboardDeps): Promise<void> {
  const { source, clock, settings, env, stdin, stdout, stderr, host, signal } = deps;
  const over = new AbortController();
  const model = makeModel({ source, clock, settings, signal: AbortSignal.any([signal, over.signal]) });
  const quit = (by: "q" | "Ctrl-C") => {
    instance.unmount();
    deps.onQuit(by);
  };
  const instance = render(h(App, { model, glyphs: glyphsFor(env), theme: themeFor(env), onQuit: quit }), {
    stdin,
    stdout,
    stderr,
    interactive: true,
    alternateScreen: true,
    incrementalRendering: true,
    exitOnCtrlC: false,
    // Nothing of ours prints to the console, and it belongs to the whole process.
    patchConsole: false,
  });
  const close = () => instance.unmount();
  signal.addEventListener("abort", close, { once: true });
  host.on(CRASH, close);
  if (signal.aborted) close();
  try {
    const drawn = instance.waitUntilExit().finally(() => over.abort());
    await Promise.all([drawn, model.run().finally(close)]);
  } finally {
    host.off(CRASH, close);
    signal.removeEventListener("abort", close);
  }
}
