/**
 * Calls `fn` `count` times in batches of 1, 2, 4, ... each run at once; the first batch with a failure is the last. So a call that
 * cannot succeed (quota) costs one try, not `count`. Returns how many succeeded, and the first error.
 */
export async function slowStartBatch(count: number, fn: (index: number) => Promise<void>): Promise<{ successes: number; error?: unknown }> {
  let successes = 0;
  for (let start = 0, size = 1; start < count; start += size, size *= 2) {
    const results = await Promise.allSettled(Array.from({ length: Math.min(size, count - start) }, (_, i) => fn(start + i)));
    const failed = results.find((r) => r.status === 'rejected');
    successes += results.filter((r) => r.status === 'fulfilled').length;
    if (failed) return { successes, error: failed.reason };
  }
  return { successes };
}
