import { type FindingRule, perModel } from './rule';

export const approvalByAnyone: FindingRule = {
  id: 'approval-by-anyone',
  severity: 'warning',
  about: 'a manual approval is open to everybody with access',
  check: perModel(({ platform, model, path }) =>
    model.evaluation?.approval !== 'manual'
      ? 'notApplicable'
      : platform.governance.approvers.length === 0
        ? [
            {
              path: 'governance.approvers',
              message: `${path} waits for an approval, and anybody with access to the registry can give it`,
              fix: 'name the approvers',
            },
          ]
        : [],
  ),
};
