import { describe, expect, it } from 'vitest';
import type { ReleaseTag } from '../../functions/core/release.ts';
import type { ReleaseStore } from '../../functions/ports.ts';
import { diagnoseReleases } from '../../functions/usecases/diagnose-releases.ts';
import { memoryReleases } from '../../simulation/stores/memory-releases.ts';
import { catalog, offer } from '../support/builders.ts';

const tagged = (tag: string, isArchived: boolean): ReleaseTag => ({
  kind: 'tag',
  repository: 'acme/app',
  tag,
  digest: `sha256:${'a'.repeat(64)}`,
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  sizeBytes: 100,
  isArchived,
  checkedAt: 1,
  history: [],
  firstPushedAt: 1,
  opens: {},
  rulesHash: 'x',
  revision: 1,
});

const WHOLE = catalog({ offers: { app: offer('app') } });
const ONES = catalog({ offers: { app: { ...offer('app'), tags: [{ semver: '1.x' }] } } });

const examine = async (tags: readonly ReleaseTag[], deployed = WHOLE, accepted = deployed) => {
  const releases = memoryReleases();
  await releases.saveReleases(tags);
  return diagnoseReleases({ releases }, { deployed, accepted })('acme/app');
};

describe('archived tags', () => {
  it('that are sold are found, by name, and the others are not', async () => {
    const findings = await examine([tagged('1.0.0', true), tagged('1.1.0', false)]);
    expect(findings).toMatchObject([
      { area: 'ecr', what: 'acme/app sells what ECR has archived: 1.0.0' },
    ]);
    expect(findings[0]?.mend).toContain('restore them in ECR');
  });

  it('that no offer sells are nobody’s loss', async () => {
    expect(await examine([tagged('2.0.0', true)], ONES)).toStrictEqual([]);
    expect(await examine([tagged('1.0.0', true)], catalog({ offers: {} }))).toStrictEqual([]);
    expect(await examine([tagged('1.5.0', true)], ONES)).toHaveLength(1);
  });

  it('that only the accepted catalog still sells count: its customers keep them', async () => {
    expect(await examine([tagged('2.0.0', true)], ONES, WHOLE)).toHaveLength(1);
  });

  it('are named up to twenty', async () => {
    const many = Array.from({ length: 23 }, (_, index) => tagged(`1.${index + 10}.0`, true));
    const [finding] = await examine(many);
    expect(finding?.what).toMatch(/1\.10\.0, .*1\.29\.0 and 3 more$/);
  });
});

describe('a long list of tags', () => {
  const pages = (
    isLast: (page: number) => boolean,
    size = 1,
  ): Pick<ReleaseStore, 'listTags'> & { after: string[] } => {
    const after: string[] = [];
    return {
      after,
      listTags: async (_repository, from) => {
        after.push(from);
        const tags = Array.from({ length: size }, () => tagged(`1.0.${after.length}`, true));
        return { tags, isLast: isLast(after.length) };
      },
    };
  };
  const catalogs = { deployed: WHOLE, accepted: WHOLE };

  it('is read to its end, each page after the last tag of the one before', async () => {
    const releases = pages((page) => page === 3);
    const [finding] = await diagnoseReleases({ releases }, catalogs)('acme/app');
    expect(finding?.what).toContain('1.0.1, 1.0.2, 1.0.3');
    expect(releases.after).toStrictEqual(['', '1.0.1', '1.0.2']);
  });

  it('that shows an empty page has ended', async () => {
    const releases = pages(() => false, 0);
    expect(await diagnoseReleases({ releases }, catalogs)('acme/app')).toStrictEqual([]);
    expect(releases.after).toHaveLength(1);
  });

  it('that does not end is an error', async () => {
    const releases = pages(() => false);
    await expect(diagnoseReleases({ releases }, catalogs)('acme/app')).rejects.toThrow(
      'the tags of acme/app did not end within 1000 pages',
    );
  });
});
