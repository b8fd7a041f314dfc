/** What the runtime last said of itself (pkg/kubelet/runtime.go). */
import type { Clock } from '../base/clock.ts';
import { errorMessage } from '../base/log.ts';
import type { Cri } from './cri/cri.ts';

export interface RuntimeHandlerFact {
  readonly name: string;
  readonly recursiveReadOnly: boolean;
  readonly userNamespaces: boolean;
}

/** Without an answer for this long the node is not ready. */
const SILENT_MS = 30_000;

export class RuntimeState {
  readonly #cri: Cri;
  readonly #clock: Clock;
  #lastAnswer: number | undefined;
  #runtime: string | undefined = 'container runtime status check may not have completed yet';
  #network: string | undefined = 'container runtime network not ready: not known yet';
  handlers: readonly RuntimeHandlerFact[] = [];
  supplementalGroupsPolicy = false;

  constructor(cri: Cri, clock: Clock) {
    this.#cri = cri;
    this.#clock = clock;
  }

  /** Asks the runtime. Never rejects. */
  async refresh(): Promise<void> {
    try {
      const answer = await this.#cri.status({}, { timeoutMs: 10_000 });
      this.#lastAnswer = this.#clock.monotonic();
      this.#runtime = problem(answer.status?.conditions ?? [], 'RuntimeReady', 'container runtime not ready');
      this.#network = problem(answer.status?.conditions ?? [], 'NetworkReady', 'container runtime network not ready');
      this.handlers = answer.runtimeHandlers.map(({ name, features }) => ({
        name,
        recursiveReadOnly: features?.recursiveReadOnlyMounts ?? false,
        userNamespaces: features?.userNamespaces ?? false,
      }));
      this.supplementalGroupsPolicy = answer.features?.supplementalGroupsPolicy ?? false;
    } catch (error) {
      this.#runtime = `container runtime is down: ${errorMessage(error)}`;
    }
  }

  /** Why pods cannot be run; undefined when they can. */
  runtimeProblem(): string | undefined {
    if (this.#lastAnswer === undefined) return this.#runtime;
    return this.#clock.monotonic() - this.#lastAnswer > SILENT_MS ? 'container runtime is down' : this.#runtime;
  }

  networkProblem(): string | undefined {
    return this.#network;
  }
}

type Condition = { readonly type: string; readonly status: boolean; readonly reason: string; readonly message: string };

function problem(conditions: readonly Condition[], type: string, what: string): string | undefined {
  const found = conditions.find((c) => c.type === type);
  if (found?.status) return undefined;
  return found ? `${what}: ${type}=false reason:${found.reason} message:${found.message}` : `${what}: ${type} is not reported`;
}
