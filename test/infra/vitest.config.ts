import { defineConfig } from 'vitest/config';

/**
 * The infrastructure: what the synthesized JSON says, and what Terraform makes of it. Needs the dependencies of cdktf/, so `npm test` leaves it to
 * `npm run test:infra`.
 */
export default defineConfig({
  test: {
    include: ['test/cdktf/**/*.test.ts', 'test/infra/**/*.test.ts'],
    // Applying takes minutes, most of them spent waiting for the provider's own waits.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    // The provider takes 0.6 GB and a core.
    maxWorkers: 2,
  },
});
