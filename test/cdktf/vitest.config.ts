import { defineConfig } from 'vitest/config';

/** Assertions of intent on the synthesized JSON. They need the dependencies of cdktf/, so `npm test` leaves them to `npm run test:infra`. */
export default defineConfig({
  test: {
    include: ['test/cdktf/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
