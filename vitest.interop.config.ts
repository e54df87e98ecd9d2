import { defineConfig } from 'vitest/config';

const isForPictures = process.env.WHARFAGE_SCREENSHOTS === '1';

/** The wider lane, started by scripts/interop.sh, which installs what it needs. */
export default defineConfig({
  test: {
    include: isForPictures
      ? ['test/interop/screenshots.test.ts']
      : [
          'test/interop/{page,dynamodb-local,over-the-wire}.test.ts',
          'test/interop/clients/*.test.ts',
          'test/scripts/probe-*.test.ts',
        ],
    testTimeout: 90_000,
    hookTimeout: 60_000,
  },
});
