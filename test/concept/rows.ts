type Row = Readonly<Record<string, string | null>>;

/** The rows of a CSV text by its header; quoted values may hold commas and doubled quotes. Null: an unquoted empty value. */
export function csvRows(text: string): Row[] {
  const [header = [], ...lines] = text.trimEnd().split(/\r?\n/).map(cells);
  return lines.map((values) => Object.fromEntries(header.map((name, place) => [name, values[place] ?? null])));
}

function cells(line: string): (string | null)[] {
  return Array.from(line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g), ([, quoted, plain]) =>
    quoted === undefined ? plain || null : quoted.replaceAll('""', '"'),
  );
}

export const jsonRows = (text: string): Readonly<Record<string, unknown>>[] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line));
