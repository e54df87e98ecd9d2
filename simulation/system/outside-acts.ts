import { memberKey } from '../../functions/adapters/table-keys.ts';
import type { AwsAct, VendorAct } from '../plan/plan.ts';
import { customerIn } from '../stores/customer-items.ts';
import { digestOf } from '../stores/image-registry.ts';
import type { PushNews } from '../world/ecr.ts';
import type { World } from '../world/world.ts';
import { restoreBackup } from './operator-acts.ts';

/** What the vendor does with images, deployments and backups. */
export const doVendorAct = async (world: World, act: VendorAct): Promise<void> => {
  const { far, plan, system } = world;
  switch (act.does) {
    case 'push': {
      const { repository, image, tags } = act;
      far.ecr.push(repository, { manifest: manifestOf(image), tags });
      return;
    }
    case 'delete_image': {
      const { repository, image } = act;
      const digest = digestOf(JSON.stringify(manifestOf(image)));
      far.ecr.registry.delete(repository, digest);
      far.ecr.onNews({ repository, digest });
      return;
    }
    case 'untag':
      far.ecr.registry.untag(act.repository, act.tag);
      return;
    case 'deploy': {
      const catalog = plan.catalogs[act.catalog];
      if (catalog === undefined) throw new Error(`the plan has no catalog ${act.catalog}`);
      system.deploy(catalog);
      return;
    }
    case 'backup':
      world.backup = new Map(far.stores.table);
      return;
    case 'restore':
      await restoreBackup(world);
      return;
  }
};

/** An image of one layer; the same name is the same image. */
export const manifestOf = (image: string): object => ({
  schemaVersion: 2,
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  config: {
    mediaType: 'application/vnd.oci.image.config.v1+json',
    digest: digestOf(`config of ${image}`),
    size: 100,
  },
  layers: [
    {
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
      digest: digestOf(`layer of ${image}`),
      size: 1_000,
    },
  ],
});

/** ECR's news reach the index best effort: some never, the others some seconds later. */
export const carryNews = ({ far, plan, system }: World): void => {
  const random = far.kernel.randomOf('news');
  far.ecr.onNews = (news) => {
    if (random() < plan.lostNewsShare) return;
    far.kernel.after(NEWS_SECONDS_MAX * random(), () => {
      void system.functions.indexRelease.invoke(eventOf(news));
    });
  };
};

const NEWS_SECONDS_MAX = 5;

const eventOf = ({ repository, tag, digest }: PushNews): object => ({
  source: 'aws.ecr',
  'detail-type': 'ECR Image Action',
  detail: {
    result: 'SUCCESS',
    'repository-name': repository,
    'image-digest': digest,
    ...(tag === undefined ? {} : { 'image-tag': tag }),
  },
});

/** What happens at AWS without us. */
export const doAwsAct = ({ far, changes }: World, act: AwsAct): void => {
  switch (act.does) {
    case 'close_account':
      far.ecr.fake.dead.add(act.account);
      return;
    case 'open_account':
      far.ecr.fake.dead.delete(act.account);
      return;
    case 'edit_policy': {
      const policy = { Version: '2012-10-17', Statement: [VENDORS_STATEMENT] };
      far.ecr.fake.stored.set(act.repository, JSON.stringify(policy));
      changes.repositories.add(act.repository);
      return;
    }
    case 'delete_policy':
      far.ecr.fake.stored.delete(act.repository);
      changes.repositories.add(act.repository);
      return;
    case 'schedule_secret_deletion': {
      const { sealed = [] } = customerIn(far.stores, act.customer) ?? {};
      for (const { credentialId } of sealed) far.secrets.scheduleDeletion(credentialId);
      return;
    }
    case 'tamper_member': {
      const { repository, account, customer } = act;
      const { pk, sk } = memberKey(repository, account, customer);
      const member = { repository, account, customerId: customer, until: FAR_FUTURE, version: 0 };
      far.stores.table.set(`${pk} ${sk}`, JSON.stringify(member));
      return;
    }
  }
};

const FAR_FUTURE = 4_000_000_000;

/** Not ours: it names nobody of ours, and must stay as it is. */
const VENDORS_STATEMENT = {
  Sid: 'VendorsOwn',
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::999999999999:root' },
  Action: ['ecr:BatchGetImage'],
};
