/** Defaults of dynamic resource allocation (pkg/apis/resource, defaults.go). */
import type { DeviceSubRequest, ExactDeviceRequest } from '../../../api/resource/v1.gen.ts';
import type { DeviceRequest as DeviceRequestV1beta1 } from '../../../api/resource/v1beta1.gen.ts';
import { rule, type DefaultRules } from '../shared/defaulting.ts';

const exactly = rule<ExactDeviceRequest | DeviceSubRequest>((request) => {
  request.allocationMode ||= 'ExactCount';
  if (request.allocationMode === 'ExactCount') request.count ||= 1;
});

export const resourceDefaults: DefaultRules = {
  'resource/v1.ExactDeviceRequest': exactly,
  'resource/v1.DeviceSubRequest': exactly,
  'resource/v1beta2.ExactDeviceRequest': exactly,
  'resource/v1beta2.DeviceSubRequest': exactly,
  'resource/v1beta1.DeviceSubRequest': exactly,
  // In this version the fields belong to the request itself; one without a class has alternatives instead.
  'resource/v1beta1.DeviceRequest': rule<DeviceRequestV1beta1>((request) => {
    if (!request.deviceClassName) return;
    request.allocationMode ||= 'ExactCount';
    if (request.allocationMode === 'ExactCount') request.count ||= 1;
  }),
};
