/** The pause program in arm64 machine code; the same steps as pause-x64.ts. */
import { SIGNAL_MASK } from './signal-mask.ts';

const movz = (register: number, value: number) => (0xd2800000 | (value << 5) | register) >>> 0;
const SVC = 0xd4000001;
const MINUS_ONE_TO_X0 = 0x92800000;
const cmpX0 = (value: number) => (0xf100001f | (value << 10)) >>> 0;
const cmpW0 = (value: number) => (0x7100001f | (value << 10)) >>> 0;
const CONDITION = { eq: 0, ne: 1, gt: 12 } as const;
/** `distance` in instructions, from this one. */
const branch = (condition: keyof typeof CONDITION, distance: number) =>
  (0x54000000 | ((distance & 0x7ffff) << 5) | CONDITION[condition]) >>> 0;
/** Address of what lies `distance` instructions ahead. */
const adr = (register: number, distance: number) => (0x10000000 | (distance << 5) | register) >>> 0;

const REAP_AT = 6;

/** Code, then the signal mask. */
export function pauseArm64(): Uint8Array {
  const instructions = assemble(assemble(0).length);
  const bytes = Buffer.alloc(instructions.length * 4);
  instructions.forEach((instruction, i) => bytes.writeUInt32LE(instruction, i * 4));
  return Buffer.concat([bytes, Uint8Array.from(SIGNAL_MASK)]);
}

/** `maskAt`: where the mask lies, in instructions from the first. Takes no part in the code's length. */
function assemble(maskAt: number): number[] {
  const code: number[] = [];
  const add = (...instructions: number[]) => code.push(...instructions);
  const addressOfMask = (register: number) => add(adr(register, Math.max(0, maskAt - code.length)));
  const branchTo = (condition: keyof typeof CONDITION, target: number) => add(branch(condition, target - code.length));

  add(movz(8, 135), movz(0, 0)); // rt_sigprocmask(SIG_BLOCK, mask, 0, 8)
  addressOfMask(1);
  add(movz(2, 0), movz(3, 8), SVC);
  add(movz(8, 260), MINUS_ONE_TO_X0, movz(1, 0), movz(2, 1), movz(3, 0), SVC); // wait4(-1, 0, WNOHANG, 0)
  add(cmpX0(0));
  branchTo('gt', REAP_AT);
  add(movz(8, 137)); // rt_sigtimedwait(mask, 0, 0, 8)
  addressOfMask(0);
  add(movz(1, 0), movz(2, 0), movz(3, 8), SVC);
  add(cmpW0(15));
  branchTo('eq', code.length + 3);
  add(cmpW0(2));
  branchTo('ne', REAP_AT);
  add(movz(8, 94), movz(0, 0), SVC); // exit_group(0)
  return code;
}
