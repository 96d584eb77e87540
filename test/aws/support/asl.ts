// asl-validator is an ES module's CommonJS build without types of its own for a default export.
import validate = require('asl-validator');

/** What is wrong with a definition: its schema, paths, and transitions to states that are not there. */
export function aslFaults(definition: object): string[] {
  const { isValid, errors } = validate(definition as never, { checkPaths: true, checkArn: false });
  return isValid ? [] : errors.map((error: object) => JSON.stringify(error));
}
