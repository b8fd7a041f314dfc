/** The scale subresource of whatever an autoscaler points at (k8s.io/client-go/scale). */
import type { Scale } from '../../api/autoscaling/v1.gen.ts';
import type { CrossVersionObjectReference } from '../../api/autoscaling/v2.gen.ts';
import type { Clock } from '../../base/clock.ts';
import type { Client, ResourceRef } from '../../client/client.ts';
import { discoverResources, type DiscoveredResource } from '../shared/discovery.ts';

const FRESH_MS = 30_000;

export interface FoundScale {
  readonly ref: ResourceRef;
  readonly scale: Scale;
}

export class ScaleClient {
  readonly #client: Client;
  readonly #clock: Clock;
  #known: { readonly at: number; readonly resources: readonly DiscoveredResource[] } | undefined;

  constructor(client: Client, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  async get(namespace: string, { apiVersion, kind, name }: CrossVersionObjectReference): Promise<FoundScale> {
    const ref = await this.resourceOf(apiVersion, kind);
    const scale = await this.#client.resource(ref).get(name, { namespace, subresource: 'scale' });
    return { ref, scale: scale as unknown as Scale };
  }

  async update(ref: ResourceRef, scale: Scale): Promise<Scale> {
    const { namespace, name } = scale.metadata ?? {};
    const path = this.#client.resource(ref).path(namespace, name, 'scale');
    return (await this.#client.raw({ method: 'PUT', path, body: scale })) as Scale;
  }

  /** Rejects for a kind that is not served, and for a version that is none. */
  async resourceOf(apiVersion: string | undefined, kind: string): Promise<DiscoveredResource> {
    const parts = (apiVersion ?? '').split('/');
    if (parts.length > 2) throw new Error(`unexpected GroupVersion string: ${apiVersion}`);
    const group = parts.length === 2 ? (parts[0] ?? '') : '';
    const found = (await this.#resources()).find((r) => r.group === group && r.kind === kind);
    if (!found) throw new Error(`no matches for kind "${kind}" in group "${group}"`);
    return found;
  }

  async #resources(): Promise<readonly DiscoveredResource[]> {
    const now = this.#clock.monotonic();
    if (!this.#known || now - this.#known.at > FRESH_MS) {
      this.#known = { at: now, resources: (await discoverResources(this.#client)).resources };
    }
    return this.#known.resources;
  }
}
