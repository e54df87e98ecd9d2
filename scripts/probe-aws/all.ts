import { imageListings } from './image-listings.ts';
import { imageReads } from './image-reads.ts';
import { layers } from './layers.ts';
import { policyForms } from './policy-forms.ts';
import { policyLimits } from './policy-limits.ts';
import { policyRaces } from './policy-races.ts';
import { policyRole } from './policy-role.ts';
import type { Probe } from './probe.ts';
import { queueDuplicates } from './queue-duplicates.ts';
import { queueGroups } from './queue-groups.ts';
import { sealedProbes } from './sealed-probes.ts';
import { secretProbes } from './secret-probes.ts';
import { tableReads, tableWrites } from './tables.ts';

/** In the order of running. Ids begin with the kind of thing that they are about. */
export const PROBES: readonly Probe[] = [
  ...policyLimits,
  ...policyForms,
  ...policyRaces,
  policyRole,
  ...imageReads,
  ...imageListings,
  ...layers,
  ...queueGroups,
  ...queueDuplicates,
  ...tableWrites,
  ...tableReads,
  ...sealedProbes,
  ...secretProbes,
];
