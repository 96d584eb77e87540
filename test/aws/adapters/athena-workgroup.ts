import type { Template } from 'aws-cdk-lib/assertions';

/** What a template says of an Athena workgroup. */
export interface WorkGroupConfiguration {
  /** Enforced unless it says `false`. */
  readonly EnforceWorkGroupConfiguration?: boolean;
  readonly ResultConfiguration: { readonly OutputLocation: unknown; readonly EncryptionConfiguration: object };
}

/** The configuration of the only workgroup in a template. */
export function workGroupIn(template: Template): WorkGroupConfiguration {
  const [found] = Object.values(template.findResources('AWS::Athena::WorkGroup'));
  return found!['Properties'].WorkGroupConfiguration as WorkGroupConfiguration;
}

/**
 * Fails as Athena does with a table that is to lie elsewhere than where an enforced workgroup puts it.
 * @throws Error
 */
export function refuseLocation(
  sql: string,
  { EnforceWorkGroupConfiguration }: Pick<WorkGroupConfiguration, 'EnforceWorkGroupConfiguration'>,
): void {
  if (EnforceWorkGroupConfiguration !== false && /\bexternal_location\s*=/i.test(sql)) {
    throw new Error(
      "The Create Table As Select query failed because it was submitted with an 'external_location' property to an Athena Workgroup that enforces a centralized output location for all queries",
    );
  }
}
