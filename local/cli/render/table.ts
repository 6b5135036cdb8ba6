/** A column: its heading and whether it holds numbers (then it is set to the right). */
export interface Column {
  title: string;
  numeric?: boolean;
}

/** Rows as aligned text; the last column is never padded. Cells are plain text, colours come after. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...rows.map((row) => (row[index] ?? "").length)),
  );
  const line = (cells: readonly string[]) =>
    columns
      .map(({ numeric }, index) => {
        const cell = cells[index] ?? "";
        return numeric ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0);
      })
      .join("  ")
      .trimEnd();
  return [line(columns.map(({ title }) => title)), ...rows.map(line)];
}
