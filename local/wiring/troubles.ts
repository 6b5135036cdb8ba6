export interface TroublesDeps {
  now(): number;
  /** When the scheduler last ticked, epoch ms; null before it did. */
  tickedAt(): number | null;
  /** Why the disk fails; null while it works. */
  storeTrouble(): string | null;
}

const STALE_MS = 150_000;

/** What is wrong with this installation now, one line each. That our own network is away is not its fault. */
export function troublesOf({ now, tickedAt, storeTrouble }: TroublesDeps): string[] {
  const store = storeTrouble();
  const ticked = tickedAt();
  const stale = ticked !== null && now() - ticked > STALE_MS;
  return [
    ...(store === null ? [] : [`not recording: ${store}`]),
    ...(stale ? ["no checks were started for more than two minutes"] : []),
  ];
}
