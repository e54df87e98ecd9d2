import type { Customer } from '../../../functions/core/customer.ts';
import { canonicalJson } from '../../../functions/core/fingerprint.ts';
import type { Scene } from '../scene.ts';
import { auditKeyOf } from './versions.ts';

/** I12: one entry for each transition, from the first on, none missing and none of nothing. */
export const atRestAudit = (scene: Scene): string | undefined => {
  for (const { stored } of scene.subjects.values()) {
    if (stored === undefined || stored.effectsDone < stored.version) continue;
    const wrong = auditOf(scene.world.far.stores.table, stored);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
};

const auditOf = (
  table: ReadonlyMap<string, string>,
  { customerId, transition }: Customer,
): string | undefined => {
  const last = transition?.sequence ?? 0;
  const sequences = Array.from({ length: last }, (_, index) => index + 1);
  const missing = sequences.find((sequence) => !table.has(auditKeyOf(customerId, sequence)));
  if (missing !== undefined) {
    return `I12 audit: transition ${missing} of ${customerId} is missing (the last is ${last})`;
  }
  const prefix = `CUSTOMER#${customerId} AUDIT#`;
  const { length } = [...table.keys()].filter((key) => key.startsWith(prefix));
  if (length !== last) {
    return `I12 audit: ${customerId} has ${length} audit items and ${last} transitions`;
  }
  const text = table.get(auditKeyOf(customerId, last)) ?? 'null';
  const isSame = canonicalJson(JSON.parse(text)) === canonicalJson(transition ?? null);
  return isSame
    ? undefined
    : `I12 audit: the last audit item of ${customerId} differs from its transition`;
};
