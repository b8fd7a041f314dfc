/** Tells the pods of an attachment how it goes, once each time that it changes. */
import type { VolumeAttachment } from '../../api/storage/v1.gen.ts';
import type { ControllerContext } from '../controller.ts';
import type { DesiredAttachment } from './desired.ts';
import { parseCsiVolumeName } from './volume-name.ts';

/** How long the external attacher may take before pods hear of it. */
const TIMEOUT_MS = 2 * 60_000;

interface Told {
  attached: boolean;
  error: string;
  waitingSince: number;
}

export class AttachLog {
  readonly #ctx: ControllerContext;
  readonly #told = new Map<string, Told>();

  constructor(ctx: ControllerContext) {
    this.#ctx = ctx;
  }

  /** Milliseconds until it must be called again although nothing changed; undefined: not before a change. */
  observe(wanted: DesiredAttachment, object: VolumeAttachment | undefined): number | undefined {
    const now = this.#ctx.clock.now();
    const known = this.#told.get(wanted.name);
    // What was attached before we came was told by whoever came before us.
    const told = known ?? { attached: object?.status?.attached === true, error: '', waitingSince: now };
    if (!known) this.#told.set(wanted.name, told);
    if (object?.status?.attached) {
      if (!told.attached) this.#tell(wanted, 'Normal', 'SuccessfulAttachVolume', 'AttachVolume.Attach succeeded', '');
      told.attached = true;
      return undefined;
    }
    told.attached = false;
    const { message, time } = object?.status?.attachError ?? {};
    const error = message === undefined ? '' : `${time ?? ''} ${message}`;
    if (error && error !== told.error) this.failed(wanted, message ?? '');
    told.error = error;
    const left = told.waitingSince + TIMEOUT_MS - now;
    if (left > 0) return left;
    told.waitingSince = now;
    const { driver = '', handle = '' } = parseCsiVolumeName(wanted.volumeName) ?? {};
    this.failed(wanted, `timed out waiting for external-attacher of ${driver} CSI driver to attach volume ${handle}`);
    return TIMEOUT_MS;
  }

  failed(wanted: DesiredAttachment, message: string): void {
    this.#tell(wanted, 'Warning', 'FailedAttachVolume', 'AttachVolume.Attach failed', `: ${message}`);
  }

  /** Forgets attachments that nobody wants any more. */
  retain(wanted: ReadonlyMap<string, unknown>): void {
    for (const name of this.#told.keys()) if (!wanted.has(name)) this.#told.delete(name);
  }

  #tell(wanted: DesiredAttachment, type: 'Normal' | 'Warning', reason: string, what: string, suffix: string): void {
    const message = `${what} for volume "${wanted.volume.metadata.name}" ${suffix}`;
    for (const pod of wanted.pods) this.#ctx.recorder.event(pod, type, reason, message);
  }
}
