/** A map as YAML or JSON gives it. */
export type PlainMap = Readonly<Record<string, unknown>>;

export const isMap = (value: unknown): value is PlainMap =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Lays `own` over `defaults`: maps are merged key by key, everything else (lists too) is replaced. */
export function mergeDefaults(defaults: PlainMap, own: PlainMap): PlainMap {
  const merged = new Map(Object.entries(defaults));
  for (const [key, value] of Object.entries(own)) {
    const base = merged.get(key);
    merged.set(key, isMap(base) && isMap(value) ? mergeDefaults(base, value) : value);
  }
  return Object.fromEntries(merged);
}
