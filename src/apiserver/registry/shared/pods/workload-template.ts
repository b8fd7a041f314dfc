/** Rules that controllers of pods share: the selector finds what the template makes, and that runs for ever. */
import type { PodTemplateSpec } from '../../../../api/core/v1.gen.ts';
import type { LabelSelector } from '../../../../api/meta/v1.gen.ts';
import { forbidden, invalid, notSupported, required, type FieldError, type FieldPath } from '../../../../machinery/field.ts';
import { isDNS1123Label } from '../../../../machinery/names.ts';
import { labelSelectorAsSelector } from '../../../../machinery/selectors/label-selector.ts';
import { SelectorError } from '../../../../machinery/selectors/requirement.ts';
import type { Selector } from '../../../../machinery/selectors/selector.ts';
import { checkLabelSelector, isEmptySelector } from '../label-selectors.ts';

/** Undefined for a selector that means nothing. */
export function matcherOf(selector: LabelSelector | undefined | null): Selector | undefined {
  try {
    return labelSelectorAsSelector(selector);
  } catch (error) {
    if (error instanceof SelectorError) return undefined;
    throw error;
  }
}

/** A selector must be there and select something. `what` is the kind that upstream's message names. */
export function checkRequiredSelector(
  selector: LabelSelector | undefined | null,
  what: string,
  path: FieldPath,
  errors: FieldError[],
): void {
  if (!selector) return void errors.push(required(path));
  checkLabelSelector(selector, path, errors);
  if (isEmptySelector(selector)) errors.push(invalid(path, selector, `empty selector is invalid for ${what}`));
}

export function checkTemplateMatches(template: PodTemplateSpec, selector: Selector, path: FieldPath, errors: FieldError[]): void {
  const labels = template.metadata?.labels;
  if (!selector.empty && !selector.matches(labels ?? {})) {
    errors.push(invalid(path.child('metadata', 'labels'), labels ?? null, '`selector` does not match template `labels`'));
  }
}

/** Its pods are started again whenever they end, and have no deadline. */
export function checkRunsForever(template: PodTemplateSpec, what: string, path: FieldPath, errors: FieldError[]): void {
  const { restartPolicy = '', activeDeadlineSeconds } = template.spec;
  if (restartPolicy !== 'Always') errors.push(notSupported(path.child('spec', 'restartPolicy'), restartPolicy, ['Always']));
  if (activeDeadlineSeconds !== undefined) {
    errors.push(forbidden(path.child('spec', 'activeDeadlineSeconds'), `activeDeadlineSeconds in ${what} is not Supported`));
  }
}

/** Names of controllers become part of their pods' host names. */
export function podNameWarnings(name: string): string[] {
  const messages = isDNS1123Label(name);
  if (messages.length === 0) return [];
  const text =
    'metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended';
  return [`${text}: [${messages.join(' ')}]`];
}
