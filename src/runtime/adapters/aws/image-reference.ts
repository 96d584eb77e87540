import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { PARAMETER_IMAGE } from '../../../contract/aws';
import { OperationError } from '../../../kernel/problem';

/**
 * The URI of an image: as given, or from the parameter to which the delivery writes the last build's digest.
 * @throws OperationError `imageNotBuilt` when there was no build yet
 */
export async function imageUri(client: SSMClient, reference: string): Promise<string> {
  if (!reference.startsWith(PARAMETER_IMAGE)) return reference;
  const name = reference.slice(PARAMETER_IMAGE.length);
  const { Parameter } = await client.send(new GetParameterCommand({ Name: name }));
  const uri = Parameter?.Value ?? '';
  if (uri.includes('@sha256:')) return uri;
  throw new OperationError({
    code: 'imageNotBuilt',
    path: name,
    got: uri === '' ? 'no such parameter' : uri,
    expected: 'the URI of an image with its digest',
    fix: 'let the delivery build the image, or push one and write its URI to the parameter',
  });
}
