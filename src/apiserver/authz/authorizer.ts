/** Contract of authorizers (k8s.io/apiserver/pkg/authorization/authorizer). */
import type { UserInfo } from '../request.ts';

export interface AuthorizationAttributes {
  readonly user: UserInfo;
  readonly verb: string;
  readonly isResourceRequest: boolean;
  readonly namespace: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly name: string;
  /** For non-resource requests. */
  readonly path: string;
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
}

export interface Decision {
  readonly decision: 'allow' | 'deny' | 'no-opinion';
  readonly reason: string;
}

export interface ResourceRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
}

export interface NonResourceRule {
  readonly verbs: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

export interface UserRules {
  readonly resource: readonly ResourceRule[];
  readonly nonResource: readonly NonResourceRule[];
  /** True when an authorizer could not say all. */
  readonly incomplete: boolean;
  /** What went wrong while the rules were gathered; for status.evaluationError. */
  readonly error?: string;
}

export interface Authorizer {
  readonly name: string;
  authorize(attributes: AuthorizationAttributes): Promise<Decision>;
  /** Rules of a user in a namespace, for SelfSubjectRulesReview. */
  rulesFor?(user: UserInfo, namespace: string): UserRules;
}
