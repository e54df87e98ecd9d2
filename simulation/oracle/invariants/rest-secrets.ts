import type { Credential } from '../../../functions/core/credential.ts';
import type { Scene } from '../scene.ts';

const SECRET = /wharfage_pull_[0-9A-Za-z]{12}_[0-9A-Za-z]{20}/;
const VALID_MAX = 2;

/** I8 and I13: a secret is shown once and is nowhere but in its customer's hands. */
export const atRestSecrets = (scene: Scene): string | undefined => {
  const { far, hands } = scene.world;
  const twice = [...hands.shown].find(([, times]) => times > 1);
  if (twice !== undefined) {
    return `I8 credential hygiene: a secret of credential ${twice[0].slice(14, 26)} was shown ${twice[1]} times`;
  }
  const item = [...far.stores.table].find(([, text]) => SECRET.test(text));
  if (item !== undefined) return `I8 credential hygiene: the item ${item[0]} holds a secret`;
  for (const [name, queue] of Object.entries(far.queues)) {
    const leaks = [...queue.waiting(), ...queue.dead()].some(({ body }) => SECRET.test(body));
    if (leaks) return `I8 credential hygiene: a message of the ${name} queue holds a secret`;
  }
  const line = far.said.find(({ text, fields }) => SECRET.test(text + JSON.stringify(fields)));
  if (line !== undefined) {
    return `I13 redaction: a log line of ${line.process} holds a secret: ${line.text}`;
  }
  return tooMany(scene) ?? foreignHands(scene);
};

/** I8: a rotation leaves no third credential valid. */
const tooMany = ({ subjects, world }: Scene): string | undefined => {
  const now = world.far.kernel.now();
  for (const { customerId } of subjects.values()) {
    const prefix = `CUSTOMER#${customerId} CREDENTIAL#`;
    const valid = [...world.far.stores.table]
      .filter(([key]) => key.startsWith(prefix))
      .map(([, text]) => JSON.parse(text) as Credential)
      .filter(({ retiresAt = Number.POSITIVE_INFINITY }) => retiresAt > now)
      .filter(({ claimedAt, claimBy }) => claimedAt !== undefined || claimBy > now);
    if (valid.length > VALID_MAX) {
      return `I8 credential hygiene: ${customerId} has ${valid.length} valid credentials`;
    }
  }
  return undefined;
};

/** I9: what one customer holds is no other's. */
const foreignHands = ({ world }: Scene): string | undefined => {
  const { far, hands } = world;
  for (const [customerId, held] of hands.held) {
    for (const { credentialId } of held) {
      const foreign = [...far.stores.table.keys()].find(
        (key) =>
          key.endsWith(` CREDENTIAL#${credentialId}`) && !key.startsWith(`CUSTOMER#${customerId} `),
      );
      if (foreign === undefined) continue;
      return `I9 isolation: ${customerId} holds the secret of ${foreign}`;
    }
  }
  return undefined;
};
