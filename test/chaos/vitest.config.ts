import { defineConfig } from 'vitest/config';

/** Everything breaks while lines are under way. Minutes long, so `npm test` leaves it to `npm run test:chaos`. */
export default defineConfig({
  test: {
    include: ['test/chaos/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
