import { defineConfig } from 'vitest/config';

/** The two ends: what customers and clusters apply. Needs Terraform, Python and the like, so `npm test` leaves it to `npm run test:ends`. */
export default defineConfig({
  test: {
    include: ['test/ends/**/*.test.ts', 'test/flow/onboarding/**/*.test.ts'],
    testTimeout: 240_000,
    hookTimeout: 240_000,
    maxWorkers: 2,
  },
});
