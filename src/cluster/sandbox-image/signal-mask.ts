/** A Linux sigset_t (8 bytes, bit n-1 for signal n) with SIGINT (2), SIGTERM (15) and SIGCHLD (17). */
export const SIGNAL_MASK: readonly number[] = [0b10, 0b0100_0000, 0b1, 0, 0, 0, 0, 0];
