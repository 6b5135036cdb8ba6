import { DamagedItem } from "./errors.ts";
import { squeeze, unsqueeze } from "./pack.ts";

/**
 * A table of whole numbers as compressed bytes: one column after the other, each cut into planes (all highest bytes, then
 * all next ones), since bytes that mean the same compress best side by side. A header (JSON) names the columns, so a
 * reader takes those it knows, whatever others there are and in whatever order.
 *
 * Before compression: header length (4 bytes, little endian), header, planes.
 */
interface Head<H> {
  /** Rows. */
  n: number;
  /** Name, least value, bytes a value, and 1 where a value may be missing: then 0 stands for that. */
  columns: [name: string, least: number, width: number, nullable: 0 | 1][];
  rest: H;
}

const LENGTH_BYTES = 4;
const BYTE = 256;

function widthFor(most: number): number {
  let width = 0;
  for (let room = 1; room <= most; room *= BYTE) width += 1;
  return width;
}

/** One column as planes, and how to read them. A constant column takes no bytes. */
function encodeColumn(values: readonly (number | null)[]) {
  const present = values.filter((value) => value !== null);
  const least = present.reduce((a, b) => Math.min(a, b), present[0] ?? 0);
  const most = present.reduce((a, b) => Math.max(a, b), least);
  const nullable = present.length < values.length;
  const shift = nullable ? 1 - least : -least;
  const width = widthFor(present.length === 0 ? 0 : most + shift);
  const planes = Buffer.alloc(values.length * width);
  for (const [row, value] of values.entries()) {
    let left = value === null ? 0 : value + shift;
    for (let plane = width - 1; plane >= 0; plane--) {
      planes[plane * values.length + row] = left % BYTE;
      left = Math.floor(left / BYTE);
    }
  }
  return { least, width, nullable: nullable ? 1 : 0, planes } as const;
}

/** @param columns all of one length, whole numbers or null; `rest` is anything JSON can hold */
export function encodeColumns<H>(columns: Readonly<Record<string, (number | null)[]>>, rest: H): Uint8Array {
  const names = Object.keys(columns);
  const encoded = Object.values(columns).map(encodeColumn);
  const head: Head<H> = {
    n: Object.values(columns)[0]?.length ?? 0,
    columns: encoded.map(({ least, width, nullable }, i) => [names[i] ?? "", least, width, nullable]),
    rest,
  };
  const header = Buffer.from(JSON.stringify(head));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(header.length);
  return squeeze(Buffer.concat([length, header, ...encoded.map(({ planes }) => planes)]));
}

export interface Columns<H> {
  rest: H;
  /** A value; null where it is missing, or the column is. */
  value(column: string, row: number): number | null;
}

/** Opens what encodeColumns made of an `H`. */
export function decodeColumns<H>(squeezed: Uint8Array): Columns<H> {
  const data = unsqueeze(squeezed);
  if (data.length < LENGTH_BYTES)
    throw new DamagedItem("a tick's bytes are too few: restore the table from a backup");
  const end = LENGTH_BYTES + data.readUInt32LE();
  const head = JSON.parse(data.toString("utf8", LENGTH_BYTES, end)) as Head<H>; // encodeColumns wrote it
  const known = new Map<string, { least: number; width: number; nullable: 0 | 1; at: number }>();
  let at = end;
  for (const [name, least, width, nullable] of head.columns) {
    known.set(name, { least, width, nullable, at });
    at += width * head.n;
  }
  return {
    rest: head.rest,
    value(column, row) {
      const found = known.get(column);
      if (found === undefined) return null;
      let value = 0;
      for (let plane = 0; plane < found.width; plane++)
        value = value * BYTE + (data[found.at + plane * head.n + row] ?? 0);
      if (found.nullable === 0) return value + found.least;
      return value === 0 ? null : value - 1 + found.least;
    },
  };
}
