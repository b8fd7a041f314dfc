import { parseFieldSelector } from '../../../machinery/selectors/field-selector.ts';
import type { ClusterRole, PolicyRule } from '../../../api/rbac/v1.gen.ts';
import { bootstrapPolicy } from '../../bootstrap/rbac/policy.ts';
import type { UserInfo } from '../../request.ts';
import type { AuthorizationAttributes, Authorizer, Decision, UserRules } from '../authorizer.ts';
import { nodeOf } from '../node-identity.ts';
import { ruleAllows } from '../rbac/rule-matching.ts';
import type { GraphKind, NodeGraph } from './node-graph.ts';

const ALLOW: Decision = { decision: 'allow', reason: '' };
const no = (reason = ''): Decision => ({ decision: 'no-opinion', reason });
const NODE_LEASES = 'kube-node-lease';

/** Kubelets read and write what their node needs, no more (https://kubernetes.io/docs/reference/access-authn-authz/node/). */
export class NodeAuthorizer implements Authorizer {
  readonly name = 'Node';
  readonly #graph: NodeGraph;
  readonly #rules: readonly PolicyRule[];

  constructor(graph: NodeGraph) {
    this.#graph = graph;
    const role = bootstrapPolicy().clusterroles.find((r) => r.metadata.name === 'system:node') as ClusterRole | undefined;
    this.#rules = role?.rules ?? [];
  }

  async authorize(a: AuthorizationAttributes): Promise<Decision> {
    const node = nodeOf(a.user);
    if (node === undefined) return no();
    if (node === '') return no(`unknown node for user ${JSON.stringify(a.user.name)}`);
    const special = a.isResourceRequest ? this.#special(node, a) : undefined;
    return special ?? (this.#rules.some((rule) => ruleAllows(a, rule)) ? ALLOW : no());
  }

  rulesFor(user: UserInfo): UserRules {
    const none = { resource: [], nonResource: [] };
    if (nodeOf(user) === undefined) return { ...none, incomplete: false };
    return { ...none, incomplete: true, error: 'node authorizer does not support user rule resolution' };
  }

  /** undefined: the static rules of system:node decide. */
  #special(node: string, a: AuthorizationAttributes): Decision | undefined {
    switch (a.group === '' ? a.resource : `${a.resource}.${a.group}`) {
      case 'secrets':
        return this.#read(node, 'secret', a);
      case 'configmaps':
        return this.#read(node, 'configmap', a);
      case 'persistentvolumeclaims':
        return a.subresource === 'status' ? this.#claimStatus(node, a) : this.#get(node, 'pvc', a);
      case 'persistentvolumes':
        return this.#get(node, 'pv', a);
      case 'resourceclaims.resource.k8s.io':
        return this.#get(node, 'resourceclaim', a);
      case 'volumeattachments.storage.k8s.io':
        return this.#get(node, 'volumeattachment', a);
      case 'serviceaccounts':
        return a.verb === 'get' && a.subresource === '' ? this.#read(node, 'serviceaccount', a) : this.#createToken(node, a);
      case 'leases.coordination.k8s.io':
        return lease(node, a);
      case 'csinodes.storage.k8s.io':
        return csiNode(node, a);
      case 'resourceslices.resource.k8s.io':
        return this.#resourceSlice(node, a);
      case 'nodes':
        return nodeObject(node, a);
      case 'pods':
        return this.#pod(node, a);
      case 'podcertificaterequests.certificates.k8s.io':
        return no();
      default:
        return undefined;
    }
  }

  #related(node: string, kind: GraphKind, a: AuthorizationAttributes): Decision {
    if (a.name === '') return no('No Object name found');
    return this.#graph.isRelated(node, kind, a.namespace, a.name)
      ? ALLOW
      : no(`no relationship found between node '${node}' and this object`);
  }

  /** get, list and watch of one object. */
  #read(node: string, kind: GraphKind, a: AuthorizationAttributes): Decision {
    if (!['get', 'list', 'watch'].includes(a.verb)) return no('can only read resources of this type');
    if (a.subresource !== '') return no('cannot read subresource');
    if (a.namespace === '') return no('can only read namespaced object of this type');
    return this.#related(node, kind, a);
  }

  #get(node: string, kind: GraphKind, a: AuthorizationAttributes): Decision {
    if (a.verb !== 'get') return no('can only get individual resources of this type');
    return a.subresource === '' ? this.#related(node, kind, a) : no('cannot get subresource');
  }

  #claimStatus(node: string, a: AuthorizationAttributes): Decision {
    return a.verb === 'update' || a.verb === 'patch' ? this.#related(node, 'pvc', a) : no('can only get/update/patch this type');
  }

  #createToken(node: string, a: AuthorizationAttributes): Decision {
    if (a.verb !== 'create' || a.name === '') return no('can only create tokens for individual service accounts');
    return a.subresource === 'token' ? this.#related(node, 'serviceaccount', a) : no('can only create token subresource of serviceaccount');
  }

  #resourceSlice(node: string, a: AuthorizationAttributes): Decision {
    if (a.subresource !== '') return no('cannot authorize ResourceSlice subresources');
    // Whose slice is made is the NodeRestriction plugin's matter: the object is not known here.
    if (a.verb === 'create') return ALLOW;
    if (['get', 'update', 'patch', 'delete'].includes(a.verb)) return this.#related(node, 'resourceslice', a);
    if (['watch', 'list', 'deletecollection'].includes(a.verb)) {
      return selects(a, 'spec.nodeName', node)
        ? ALLOW
        : no('can only list/watch/deletecollection resourceslices with nodeName field selector');
    }
    return no(
      'only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, delete, deletecollection',
    );
  }

  #pod(node: string, a: AuthorizationAttributes): Decision {
    // What a node writes of pods is the NodeRestriction plugin's matter.
    if (a.subresource === 'status') return a.verb === 'update' || a.verb === 'patch' ? ALLOW : no();
    if (a.subresource === 'eviction') return a.verb === 'create' ? ALLOW : no();
    if (a.subresource !== '') return no();
    if (a.verb === 'create' || a.verb === 'delete') return ALLOW;
    if (a.verb === 'get') return this.#get(node, 'pod', a);
    if (a.verb !== 'list' && a.verb !== 'watch') return no();
    if (selects(a, 'spec.nodeName', node)) return ALLOW;
    return a.name === '' ? no('can only list/watch pods with spec.nodeName field selector') : this.#related(node, 'pod', a);
  }
}

const OWN_OBJECT_VERBS = ['get', 'create', 'update', 'patch', 'delete'];

function lease(node: string, a: AuthorizationAttributes): Decision {
  if (!OWN_OBJECT_VERBS.includes(a.verb)) return no('can only get, create, update, patch, or delete a node lease');
  if (a.namespace !== NODE_LEASES) return no(`can only access leases in the ${JSON.stringify(NODE_LEASES)} system namespace`);
  return a.verb === 'create' || a.name === node ? ALLOW : no('can only access node lease with the same name as the requesting node');
}

function csiNode(node: string, a: AuthorizationAttributes): Decision {
  if (!OWN_OBJECT_VERBS.includes(a.verb)) return no('can only get, create, update, patch, or delete a CSINode');
  if (a.subresource !== '') return no('cannot authorize CSINode subresources');
  return a.verb === 'create' || a.name === node ? ALLOW : no('can only access CSINode with the same name as the requesting node');
}

function nodeObject(node: string, a: AuthorizationAttributes): Decision {
  if (a.subresource === 'status') return a.verb === 'update' || a.verb === 'patch' ? ALLOW : no();
  if (a.subresource !== '') return no();
  if (['create', 'update', 'patch'].includes(a.verb)) return ALLOW;
  if (!['get', 'list', 'watch'].includes(a.verb)) return no();
  if (a.name === node) return ALLOW;
  return no(
    a.name === ''
      ? `node '${node}' cannot read all nodes, only its own Node object`
      : `node '${node}' cannot read '${a.name}', only its own Node object`,
  );
}

/** Does the request's field selector demand this value? One that cannot be parsed demands nothing. */
function selects({ fieldSelector }: AuthorizationAttributes, field: string, value: string): boolean {
  if (!fieldSelector) return false;
  try {
    return parseFieldSelector(fieldSelector).requirements.some((r) => r.field === field && r.operator === '=' && r.value === value);
  } catch {
    // The handler answers 400; nothing is granted on its account.
    return false;
  }
}
