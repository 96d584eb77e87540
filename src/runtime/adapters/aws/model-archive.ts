/** The archive of a model folder: `…/model/` → `…/model.tar.gz`, which is what SageMaker takes. */
export const archiveUri = (artifactUri: string): string =>
  artifactUri.endsWith('.tar.gz') ? artifactUri : `${artifactUri.replace(/\/+$/, '')}.tar.gz`;
