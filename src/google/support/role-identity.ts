import { ServiceAccount } from '@cdktf/provider-google/lib/service-account';
import { Construct } from 'constructs';
import type { PermissionPlan, Role } from '../../plan/plan';
import { physicalName } from './names';
import { type GrantTargets, grantPermissions } from './permissions';

export interface RoleIdentityProps {
  readonly role: Role;
  /** What the identity is for: a model's name, or the platform's. */
  readonly of: string;
  readonly project: string;
}

/** The service account of one purpose. It can do what the plan's permissions of its role say and nothing else. */
export class RoleIdentity extends Construct {
  readonly role: Role;
  readonly account: ServiceAccount;
  readonly email: string;
  /** `serviceAccount:<email>`, for bindings. */
  readonly member: string;

  constructor(scope: Construct, id: string, { role, of, project }: RoleIdentityProps) {
    super(scope, id);
    this.role = role;
    this.account = new ServiceAccount(this, 'Account', {
      project,
      accountId: physicalName(this, 'serviceAccount', role, of),
      displayName: `${of}: ${role}`,
    });
    this.node.defaultChild = this.account;
    this.email = this.account.email;
    this.member = `serviceAccount:${this.account.email}`;
  }

  /** Grants what the permissions of this role ask for on what there is. */
  grant(permissions: readonly PermissionPlan[], targets: GrantTargets): this {
    grantPermissions(
      this,
      this.member,
      permissions.filter((one) => one.role === this.role),
      targets,
    );
    return this;
  }
}
