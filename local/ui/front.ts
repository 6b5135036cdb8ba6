import type { Clock } from "../../lib/core/ports.ts";
import type { Settings } from "../settings.ts";
import type { Listener } from "../wiring/events.ts";
import type { DashboardDeps } from "./dashboard.ts";
import { type LocalSourceDeps, makeLocalSource } from "./local-source.ts";
import { makeStatusBoard } from "./status-board.ts";

/** The terminal that a dashboard takes over, and the process that may die meanwhile. */
export type Terminal = Pick<DashboardDeps, "stdin" | "stdout" | "stderr" | "host" | "env">;

export interface ShowOptions {
  terminal: Terminal;
  stores: LocalSourceDeps["stores"];
  /** Those in force. */
  settings(): Settings;
  /** Aborts when all is to stop. */
  signal: AbortSignal;
  /** The person at the dashboard wants to stop. */
  onQuit: DashboardDeps["onQuit"];
}

/** What people see of a running Vigie: one plain line per event, or the dashboard while it is open. */
export interface Front {
  listener: Listener;
  /** Opens the dashboard. Resolves once it is closed; a failure of it is told as an event, and plain lines follow. */
  show(options: ShowOptions): Promise<void>;
}

/** `print`: takes the events that no dashboard shows. */
export function makeFront(clock: Clock, print: Listener): Front {
  const board = makeStatusBoard(clock);
  let isOpen = (): boolean => false;

  const listener: Listener = (event) => {
    board.listener(event);
    if (!isOpen()) print(event);
  };

  return {
    listener,
    async show({ terminal, stores, settings, signal, onQuit }) {
      let closed = false;
      isOpen = () => !closed && !signal.aborted;
      const regions = () => [settings().region];
      const source = makeLocalSource({ stores, clock, regions, board });
      try {
        // Loaded only where it is wanted: it takes a while, and memory.
        const { renderDashboard } = await import("./dashboard.ts");
        const dashboard = () => settings().dashboard;
        await renderDashboard({ ...terminal, source, clock, settings: dashboard, signal, onQuit });
      } catch (error) {
        closed = true;
        listener({ kind: "fault", error, context: { what: "dashboard" } });
      } finally {
        closed = true;
      }
    },
  };
}
