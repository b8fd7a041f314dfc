/** Subresources with behaviour of their own, by `group/resource/subresource`. */
import type { Clock, Random } from '../base/clock.ts';
import type { Outbound, OutboundTls } from '../host/outbound.ts';
import { admitConnect } from './admission/connect.ts';
import type { TokenIssuer } from './authn/service-account/token-issuer.ts';
import type { Authorizer } from './authz/authorizer.ts';
import type { Admission } from './handlers/admit.ts';
import { logSubresource, nodeProxySubresource, portForwardSubresource, streamSubresource } from './proxy/kubelet.ts';
import type { LocalKubelets } from './proxy/local-kubelet.ts';
import { podProxySubresource, serviceProxySubresource } from './proxy/workload.ts';
import type { Registry } from './registry/registry.ts';
import type { SubresourceHandler } from './served-resource.ts';
import { bindingSubresource } from './subresources/binding.ts';
import { evictionSubresource } from './subresources/eviction.ts';
import { scaleView } from './subresources/scale.ts';
import { tokenSubresource } from './subresources/token.ts';
import { viewSubresource } from './subresources/view.ts';

export interface SubresourceDeps {
  readonly registry: Registry;
  readonly outbound: Outbound;
  readonly clock: Clock;
  readonly random: Random;
  readonly admission: Admission;
  readonly authorizer: Authorizer;
  readonly issuer: TokenIssuer;
  readonly kubeletTls: OutboundTls;
  readonly localKubelets?: LocalKubelets | undefined;
}

export function specialSubresources(deps: SubresourceDeps): ReadonlyMap<string, SubresourceHandler> {
  const kubelet = { ...deps, tls: deps.kubeletTls };
  const { admission } = deps;
  const scale = viewSubresource(scaleView, deps);
  return new Map([
    ['/pods/binding', bindingSubresource(deps)],
    ['/pods/eviction', evictionSubresource(deps)],
    ['/pods/log', logSubresource(kubelet)],
    ['/pods/exec', admitConnect(streamSubresource(kubelet, 'exec'), 'PodExecOptions', admission)],
    ['/pods/attach', admitConnect(streamSubresource(kubelet, 'attach'), 'PodAttachOptions', admission)],
    ['/pods/portforward', admitConnect(portForwardSubresource(kubelet), 'PodPortForwardOptions', admission)],
    ['/pods/proxy', admitConnect(podProxySubresource(deps), 'PodProxyOptions', admission)],
    ['/services/proxy', admitConnect(serviceProxySubresource(deps), 'ServiceProxyOptions', admission)],
    ['/nodes/proxy', admitConnect(nodeProxySubresource(kubelet), 'NodeProxyOptions', admission)],
    ['/serviceaccounts/token', tokenSubresource(deps)],
    ['/replicationcontrollers/scale', scale],
    ['apps/deployments/scale', scale],
    ['apps/replicasets/scale', scale],
    ['apps/statefulsets/scale', scale],
  ]);
}
