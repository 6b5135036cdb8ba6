/** `0.4 ms`, `12 ms`, `1.23 s`. */
export function msText(ms: number): string {
  if (ms >= 1_000) return `${(ms / 1_000).toFixed(2)} s`;
  return ms >= 10 ? `${Math.round(ms)} ms` : `${ms.toFixed(1)} ms`;
}

/** `312 B`, `4.1 kB`, `1.0 MB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** `99.9 %`; a dash where nothing was counted. */
export const percentText = (share: number | null): string =>
  share === null ? "—" : `${(share * 100).toFixed(1)}%`;
