/** Reads line protocol as InfluxDB 1.x does; written apart from what writes it. */
export interface ParsedLine {
  measurement: string;
  tags: Record<string, string>;
  fields: Record<string, number | boolean | string>;
  at: number;
}

/** Keys know no quotes, only escapes; texts of fields know both. */
const KEY = String.raw`(?:\\.|[^\\ ,=])+`;
const VALUE = String.raw`(?:"(?:\\.|[^"\\])*"|[^" ,]+)`;
const line = new RegExp(
  `^(${KEY})((?:,${KEY}=${KEY})*) (${KEY}=${VALUE}(?:,${KEY}=${VALUE})*) (-?\\d+)$`,
  "su",
);

const bare = (text: string): string => text.replace(/\\([,= ])/g, "$1");

function valueFrom(text: string): number | boolean | string {
  if (text.startsWith('"')) return text.slice(1, -1).replace(/\\(["\\])/g, "$1");
  if (text === "true" || text === "false") return text === "true";
  if (/^-?\d+i$/.test(text)) return Number(text.slice(0, -1));
  if (/^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(text)) return Number(text);
  throw new SyntaxError(`invalid number ${text}`);
}

function pairs<T>(text: string, value: string, read: (text: string) => T): Record<string, T> {
  const found = [...text.matchAll(new RegExp(`(${KEY})=(${value})`, "gsu"))];
  return Object.fromEntries(found.map(([, name = "", written = ""]) => [bare(name), read(written)]));
}

export function parseLine(text: string): ParsedLine {
  const found = /[\n\r\0]/.test(text) ? null : line.exec(text);
  if (found === null) throw new SyntaxError(`not a line: ${text}`);
  const [, measurement = "", tags = "", fields = "", at] = found;
  return {
    measurement: bare(measurement),
    tags: pairs(tags.slice(1), KEY, bare),
    fields: pairs(fields, VALUE, valueFrom),
    at: Number(at),
  };
}
