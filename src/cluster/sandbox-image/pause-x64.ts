/**
 * The pause program in x86-64 machine code:
 *
 *     block SIGINT, SIGTERM, SIGCHLD
 *     reap:  while (wait4(-1, 0, WNOHANG, 0) > 0);
 *            signal = rt_sigtimedwait(mask)
 *            if (signal != SIGTERM && signal != SIGINT) goto reap
 *     exit_group(0)
 *
 * Signals are waited for, not handled: a blocked signal stays pending even for PID 1, whose unhandled signals the kernel would drop.
 */
import { SIGNAL_MASK } from './signal-mask.ts';

const le32 = (value: number) => [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, (value >> 24) & 0xff];
const movEax = (value: number) => [0xb8, ...le32(value)];
const SYSCALL = [0x0f, 0x05];
const MOV_R10D_8 = [0x41, 0xba, ...le32(8)];
const XOR_EDI = [0x31, 0xff];
const XOR_ESI = [0x31, 0xf6];
const XOR_EDX = [0x31, 0xd2];

/** Code, then the signal mask. */
export function pauseX64(): Uint8Array {
  const codeBytes = assemble(0).length;
  return Uint8Array.from([...assemble(codeBytes), ...SIGNAL_MASK]);
}

/** `maskAt`: where the mask lies, counted from the first instruction. Takes no part in the code's length. */
function assemble(maskAt: number): number[] {
  // `lea` takes the distance from its own end.
  const leaMask = (register: number, endsAt: number) => [0x48, 0x8d, register, ...le32(maskAt - endsAt)];
  const block = [...movEax(14), ...XOR_EDI, ...leaMask(0x35, 14), ...XOR_EDX, ...MOV_R10D_8, ...SYSCALL];
  const reapAt = block.length;
  const reap = [
    ...movEax(61), // wait4
    ...[0x48, 0xc7, 0xc7, 0xff, 0xff, 0xff, 0xff], // mov rdi, -1
    ...XOR_ESI,
    ...[0xba, ...le32(1)], // mov edx, WNOHANG
    ...[0x45, 0x31, 0xd2], // xor r10d, r10d
    ...SYSCALL,
    ...[0x48, 0x85, 0xc0], // test rax, rax
  ];
  const loop = [0x7f, -(reap.length + 2) & 0xff]; // jg reap
  const waitAt = reapAt + reap.length + loop.length;
  const wait = [...movEax(128), ...leaMask(0x3d, waitAt + 12), ...XOR_ESI, ...XOR_EDX, ...MOV_R10D_8, ...SYSCALL];
  const isTerm = [0x83, 0xf8, 15, 0x74, 5]; // cmp eax, SIGTERM; je exit
  const notInt = [0x83, 0xf8, 2]; // cmp eax, SIGINT
  const again = [0x75, (reapAt - (waitAt + wait.length + isTerm.length + notInt.length + 2)) & 0xff]; // jne reap
  const exit = [...movEax(231), ...XOR_EDI, ...SYSCALL];
  return [...block, ...reap, ...loop, ...wait, ...isTerm, ...notInt, ...again, ...exit];
}
