import validate = require('asl-validator');

/** What is wrong with a definition: its schema, paths, and transitions to states that are not there. */
export function aslFaults(definition: object): string[] {
  const { isValid, errors } = validate(definition, { checkPaths: true, checkArn: false });
  return isValid ? [] : errors.map((error) => JSON.stringify(error));
}
