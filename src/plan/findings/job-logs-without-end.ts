import { type FindingRule, targetsOf } from './rule';

/** Log groups of SageMaker's jobs, in which all platforms of an account write. */
const GROUPS = ['/aws/sagemaker/TrainingJobs', '/aws/sagemaker/TransformJobs'];
/** As long as the platform's own logs. */
const DAYS = 90;

/** Not in a template: a group that another platform has made cannot be made again, and no platform may take it away. */
export const jobLogsWithoutEnd: FindingRule = {
  id: 'job-logs-without-end',
  severity: 'info',
  about: "logs of SageMaker's jobs are the account's, and are kept for ever until somebody says otherwise",
  check: ({ platform }) => {
    if (!targetsOf(platform).includes('aws')) return 'notApplicable';
    const first = platform.environments.findIndex(({ aws }) => aws !== undefined);
    const command = (group: string) =>
      `aws logs put-retention-policy --log-group-name ${group} --retention-in-days ${DAYS}`;
    return [
      {
        path: `environments.${first}.aws`,
        message: `SageMaker writes the logs of all training and scoring jobs of an account into ${GROUPS.join(' and ')}, which it makes with the first job and without an end`,
        fix: `once in each account and region, after the first run: ${GROUPS.map(command).join('; ')}`,
      },
    ];
  },
};
