/**
 * How values are written in text, the same for every engine and in memory: engines' own casts differ (one reads `1_000`,
 * another rounds `1.5` to an integer), so a text has to match here before it is cast. The patterns are in the part of
 * regular expressions that RE2, Java and ECMAScript share; blanks around a value are taken off first.
 */
export const FINITE_NUMBER = '^[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?$';
/** Also `7.0`: what a writer makes of integers once one of them is missing. */
export const INTEGER = '^[+-]?[0-9]+([.]0*)?$';
/** Not finite, and said so: another rule's business than a value that is no number at all. */
export const NON_FINITE_NUMBER = '^[+-]?([nN][aA][nN]|[iI][nN][fF]([iI][nN][iI][tT][yY])?)$';
export const TRUE_TEXT = '^([tT][rR][uU][eE]|[tT]|[yY][eE][sS]|1)$';
export const FALSE_TEXT = '^([fF][aA][lL][sS][eE]|[fF]|[nN][oO]|0)$';
/** ISO 8601 with a date at least; UTC where there is no offset. */
export const INSTANT =
  '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])' +
  '([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])?)?$';
/** An instant that leaves the seconds out, which some engines do not read. */
export const INSTANT_WITHOUT_SECONDS = '^.{10}[T ][0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})?$';
