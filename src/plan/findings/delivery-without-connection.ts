import { type FindingRule, targetsOf } from './rule';

export const deliveryWithoutConnection: FindingRule = {
  id: 'delivery-without-connection',
  severity: 'warning',
  about: 'nothing can fetch the source on a cloud in use',
  check: ({ platform }) =>
    targetsOf(platform).length === 0
      ? 'notApplicable'
      : targetsOf(platform).flatMap((target) =>
          platform.delivery.source.connection?.[target] === undefined
            ? [
                {
                  path: `delivery.source.connection.${target}`,
                  message: `no connection to ${platform.delivery.source.provider} on ${target}: the delivery pipeline cannot be created there`,
                  fix: 'make the connection once by hand and name it here',
                },
              ]
            : [],
        ),
};
