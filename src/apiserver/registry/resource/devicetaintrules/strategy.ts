import type { DeviceTaintRule } from '../../../../api/resource/v1alpha3.gen.ts';
import type { AnyObject } from '../../../../api/object.ts';
import { formatTime } from '../../../../base/clock.ts';
import type { Strategy } from '../../strategy.ts';

const taintOf = (object: AnyObject) => (object as unknown as DeviceTaintRule).spec.taint;

/** A taint tells since when it has its effect. */
export const deviceTaintRuleStrategy: Strategy = {
  prepareForCreate(object, { nowMs }) {
    taintOf(object).timeAdded ??= formatTime(nowMs);
  },
  prepareForUpdate(object, old, { nowMs }) {
    const [taint, was] = [taintOf(object), taintOf(old)];
    if (taint.effect !== was.effect && taint.timeAdded === was.timeAdded) taint.timeAdded = formatTime(nowMs);
    taint.timeAdded ??= formatTime(nowMs);
  },
};
