import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

type Locked = {
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
};

const { packages } = JSON.parse(
  readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'),
) as { readonly packages: Readonly<Record<string, Locked>> };

describe('package-lock.json', () => {
  // npm leaves out what its registry does not have for this machine, and `npm ci` then fails elsewhere.
  it('has the packages of every platform, not only of the one it was made on', () => {
    const platformPackages = Object.values(packages)
      .flatMap(({ optionalDependencies = {} }) => Object.keys(optionalDependencies))
      .filter((name) =>
        /-(android|darwin|freebsd|linux|win32)-|\/(darwin|linux|win32)-/.test(name),
      );
    expect(platformPackages.length).toBeGreaterThan(20);
    expect(platformPackages.filter((name) => !(`node_modules/${name}` in packages))).toEqual([]);
  });

  it('names no registry', () => {
    expect(Object.values(packages).filter(({ resolved }) => resolved !== undefined)).toEqual([]);
  });
});
