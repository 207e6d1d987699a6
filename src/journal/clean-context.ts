import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Runs a function in the async context of nobody. Captured as this module is loaded, outside any transaction: what ran
 * in the context of the call that happened to start it would join that caller's transaction, or die with it.
 */
export const inCleanContext: <T>(work: () => T) => T = AsyncLocalStorage.snapshot();
