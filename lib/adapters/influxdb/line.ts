import { type Field, MEASUREMENT, type Point } from "../metrics/point.ts";

/** What nearly all texts consist of: nothing to look for in them. */
const PLAIN = /^[\w.:/ -]*$/;

/** Control characters end a line or are refused; a lone half of a surrogate pair is no UTF-8. */
const clean = (text: string): string =>
  PLAIN.test(text) ? text : text.toWellFormed().replace(/\p{Cc}/gu, " ");

/**
 * A tag's value. InfluxDB has no way to write a backslash at the end of one, and its versions read others
 * differently, so a slash stands in its place; ids and regions hold neither.
 */
const tagValue = (text: string): string => clean(text).replaceAll("\\", "/").replace(/[,= ]/g, "\\$&");

const quoted = (text: string): string => `"${clean(text).replace(/["\\]/g, "\\$&")}"`;

function valueText(field: Field): string {
  switch (field.type) {
    case "integer":
      return `${field.value}i`;
    case "text":
      return quoted(field.value);
    case "float":
    case "boolean":
      return String(field.value);
  }
}

/**
 * A point as line protocol, time in ms. Names of keys and fields are ours and need no escaping.
 * https://docs.influxdata.com/influxdb/v1/write_protocols/line_protocol_reference/
 */
export function lineOf({ keys, at, fields }: Point): string {
  const tags = keys.map(([name, value]) => `,${name}=${tagValue(value)}`).join("");
  const figures = fields.map((field) => `${field.name}=${valueText(field)}`).join(",");
  return `${MEASUREMENT}${tags} ${figures} ${at}`;
}
