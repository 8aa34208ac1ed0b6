import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['node_modules/**', 'test/cdktf/**', 'test/infra/**', 'test/ends/**', 'test/chaos/**', 'test/flow/onboarding/**'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Two cores: more workers than that only make the timeouts tight.
    maxWorkers: 2,
  },
});
