/** The smallest static Linux executable: one ELF64 header, one loadable segment, code. (System V ABI, chapter 4 and 5.) */
export type Machine = 'x64' | 'arm64';

const MACHINE_NUMBERS: Record<Machine, number> = { x64: 62, arm64: 183 };
const BASE_ADDRESS = 0x400000;
/** The largest page size of either machine, so that one file fits all kernels. */
const PAGE = 0x10000;
const ELF_HEADER_BYTES = 64;
const PROGRAM_HEADER_BYTES = 56;

/** An executable that starts at the first byte of `code` (position independent, needs no writable memory). */
export function staticExecutable(machine: Machine, code: Uint8Array): Buffer {
  const codeOffset = ELF_HEADER_BYTES + PROGRAM_HEADER_BYTES;
  const header = Buffer.alloc(codeOffset);
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]); // magic, 64 bit, little endian, version 1
  header.writeUInt16LE(2, 16); // ET_EXEC
  header.writeUInt16LE(MACHINE_NUMBERS[machine], 18);
  header.writeUInt32LE(1, 20);
  header.writeBigUInt64LE(BigInt(BASE_ADDRESS + codeOffset), 24); // entry point
  header.writeBigUInt64LE(BigInt(ELF_HEADER_BYTES), 32); // program headers start here
  header.writeUInt16LE(ELF_HEADER_BYTES, 52);
  header.writeUInt16LE(PROGRAM_HEADER_BYTES, 54);
  header.writeUInt16LE(1, 56);
  writeLoadSegment(header, codeOffset + code.length);
  return Buffer.concat([header, code]);
}

/** PT_LOAD, read and execute, of the whole file. */
function writeLoadSegment(header: Buffer, sizeBytes: number): void {
  const at = ELF_HEADER_BYTES;
  header.writeUInt32LE(1, at);
  header.writeUInt32LE(5, at + 4);
  header.writeBigUInt64LE(0n, at + 8); // file offset
  header.writeBigUInt64LE(BigInt(BASE_ADDRESS), at + 16);
  header.writeBigUInt64LE(BigInt(BASE_ADDRESS), at + 24);
  header.writeBigUInt64LE(BigInt(sizeBytes), at + 32);
  header.writeBigUInt64LE(BigInt(sizeBytes), at + 40);
  header.writeBigUInt64LE(BigInt(PAGE), at + 48);
}
