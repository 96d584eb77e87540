import type { FindingRule } from './rule';

export const promotionAcrossRegions: FindingRule = {
  id: 'promotion-across-regions',
  severity: 'warning',
  about: 'versions are promoted into another region of AWS, which a private network does not reach',
  check: ({ platform }) => {
    const own = platform.environments.flatMap(({ name, aws }, index) =>
      aws ? [{ name, index, region: aws.region }] : [],
    );
    if (platform.security.network !== 'private' || own.length < 2) return 'notApplicable';
    return own.slice(1).flatMap(({ name, index, region }, before) => {
      const from = own[before]!;
      return from.region === region
        ? []
        : [
            {
              path: `environments.${index}.aws.region`,
              message: `${name} copies the artifacts of a version from ${from.name} in ${from.region}: a private network in ${region} reaches S3 by a gateway endpoint, which is for buckets of its own region`,
              fix: `put both environments into one region, or give ${name} a network of yours that reaches S3 in ${from.region}`,
            },
          ];
    });
  },
};
