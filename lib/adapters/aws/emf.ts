import type { Clock } from "../../core/ports.ts";

export interface EmfOptions {
  clock: Pick<Clock, "now">;
  /** Takes a line; standard output, which CloudWatch reads. */
  write(line: string): void;
}

const NAMESPACE = "Vigie";

/**
 * Metrics as lines of a log, which CloudWatch takes out of it (embedded metric format): no call, so none that could
 * fail. Without dimensions: each region has its own.
 */
export function makeEmf({ clock, write }: EmfOptions): (name: string, value: number) => void {
  return (name, value) => {
    const metric = { Namespace: NAMESPACE, Dimensions: [[]], Metrics: [{ Name: name }] };
    const line = { _aws: { Timestamp: clock.now(), CloudWatchMetrics: [metric] }, [name]: value };
    write(`${JSON.stringify(line)}\n`);
  };
}
