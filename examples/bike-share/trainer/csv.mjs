/** The rows of a CSV text as objects of texts, by the header's names. Quoted values may hold commas and doubled quotes. */
export function parseCsv(text) {
  const [header, ...lines] = text.trimEnd().split(/\r?\n/).map(cells);
  return lines.map((values) => Object.fromEntries(header.map((name, at) => [name, values[at]])));
}

function cells(line) {
  if (!line.includes('"')) return line.split(',');
  return Array.from(line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g), ([, quoted, plain]) =>
    quoted === undefined ? plain : quoted.replaceAll('""', '"'),
  );
}
