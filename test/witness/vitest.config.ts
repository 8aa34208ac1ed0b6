import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Not `*.test.ts`: those test the witnesses' own machinery, and run with everything else.
    include: ['test/witness/*.suite.ts'],
    // The emulators are slower than our own, and share two cores with the tests.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
