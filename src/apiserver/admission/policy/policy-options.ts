import type { Authorizer } from '../../authz/authorizer.ts';
import type { MatchOptions } from '../webhook/match-hook.ts';
import type { ParamSource } from './params.ts';

export interface PolicyOptions extends MatchOptions, ParamSource {
  readonly authorizer: Authorizer;
}
