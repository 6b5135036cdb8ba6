/** The same object without the keys whose value is undefined: absent and undefined are one thing here. */
export function compact<T extends object>(value: { [K in keyof T]: T[K] | undefined }): T {
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(entries) as T; // only undefined values are gone, which T allows to be absent or never had
}
