/**
 * Waits so that virtual time passes at a speed: virtual seconds a second. What takes longer than that is caught up with.
 * @param from virtual time at which the first wait begins, epoch seconds
 */
export function paced(from: number, speed: number, signal?: AbortSignal): (at: number) => Promise<void> {
  let began: number | null = null;
  return async (at) => {
    began ??= performance.now();
    const due = began + ((at - from) / speed) * 1000;
    const wait = due - performance.now();
    if (wait <= 0 || signal?.aborted) return;
    await new Promise<void>((resume) => {
      const timer = setTimeout(done, wait);
      function done(): void {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resume();
      }
      signal?.addEventListener('abort', done, { once: true });
    });
  };
}
