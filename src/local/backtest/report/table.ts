import Table from 'cli-table3';

const BORDERS = ['top', 'bottom', 'left', 'right', 'mid']
  .flatMap((side) => [side, `${side}-mid`, `${side}-left`, `${side}-right`])
  .concat('left-mid', 'right-mid', 'mid-mid');

/** A table without rules, indented. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], indent = '  '): string {
  const built = new Table({
    head: [...head],
    chars: { ...Object.fromEntries(BORDERS.map((name) => [name, ''])), middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  built.push(...rows.map((row) => [...row]));
  return built
    .toString()
    .split('\n')
    .map((line) => `${indent}${line.trimEnd()}`)
    .join('\n');
}

/** A number for people, to three digits; whole ones with thousands apart. */
export const figure = (value: number): string =>
  Number.isInteger(value) ? wholeNumber(value) : String(Number(value.toPrecision(3)));

/** `34960` → `34,960`. */
export const wholeNumber = (value: number): string => String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, ',');

/** A day, or a minute where the time is not midnight. */
export const when = (seconds: number): string => {
  const text = new Date(Math.round(seconds) * 1000).toISOString();
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : text.slice(0, 16).replace('T', ' ');
};
