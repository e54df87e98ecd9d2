import type { Catalog } from '../../functions/core/catalog.ts';
import type { EcrStandIn } from '../aws/ecr.ts';
import { sbomOf, signaturesOf } from './attachments.ts';
import { chartOf } from './chart.ts';
import { type Built, type Family, imageOf, indexOf, type Piece } from './image.ts';
import { layerOf } from './layer.ts';

type Target = Pick<EcrStandIn, 'tags' | 'pushImage'>;

const ARCHITECTURES = ['amd64', 'arm64'] as const;
/** The older one in Docker's types, the newer one in OCI's: clients meet both. */
const RELEASES = [
  { version: '1.0.0', family: 'docker', tags: ['1.0.0'] },
  { version: '1.1.0', family: 'oci', tags: ['1.1.0', 'latest'] },
] as const;
const CHART_VERSION = '0.1.0';

/** Something to pull from each repository that the catalog sells and that is empty. */
export const seedImages = async (ecr: Target, { offers }: Catalog): Promise<void> => {
  const sold = new Set(Object.values(offers).flatMap(({ repositories }) => repositories));
  const tags = ecr.tags();
  for (const repository of sold) {
    if (Object.keys(tags[repository] ?? {}).length > 0) continue;
    if (/charts?$/.test(repository)) await seedChart(ecr, repository);
    else await seedReleases(ecr, repository);
  }
};

const seedChart = async (ecr: Target, repository: string): Promise<void> => {
  await ecr.pushImage(repository, {
    ...(await chartOf(repository, CHART_VERSION)),
    tags: [CHART_VERSION],
  });
};

const seedReleases = async (ecr: Target, repository: string): Promise<void> => {
  let newest: Piece | undefined;
  for (const { version, family, tags } of RELEASES) {
    const images = await imagesOf(family, repository, version);
    for (const image of Object.values(images)) await ecr.pushImage(repository, image);
    newest = indexOf(family, images);
    await ecr.pushImage(repository, { ...newest, tags });
  }
  if (newest !== undefined) await attach(ecr, repository, newest);
};

const imagesOf = async (
  family: Family,
  repository: string,
  version: string,
): Promise<Readonly<Record<string, Built>>> => {
  const base = await layerOf({ 'etc/vendor': 'Made by the vendor of the sample catalog.\n' });
  const images = ARCHITECTURES.map(async (architecture) => {
    const own = await layerOf({
      'etc/release': `${repository} ${version} for linux/${architecture}\n`,
    });
    const labels = {
      'org.opencontainers.image.title': repository,
      'org.opencontainers.image.version': version,
    };
    return [architecture, imageOf(family, architecture, [base, own], labels)] as const;
  });
  return Object.fromEntries(await Promise.all(images));
};

/** Signed, and with a bill of materials. */
const attach = async (ecr: Target, repository: string, subject: Piece): Promise<void> => {
  const { referrer, tagged, tag } = signaturesOf(repository, subject);
  await ecr.pushImage(repository, { ...tagged, tags: [tag] });
  await ecr.pushImage(repository, referrer);
  await ecr.pushImage(repository, sbomOf(repository, RELEASES[1].version, subject));
};
