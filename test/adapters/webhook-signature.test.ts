import { describe, expect, it } from 'vitest';
import { webhookSignature } from '../../functions/adapters/webhook-signature.ts';
import { CURRENT, NOW, PREVIOUS, sign, signatureOf, snapshot } from '../support/signed-event.ts';

const BOTH = JSON.stringify({ current: CURRENT, previous: PREVIOUS });
const ONLY_CURRENT = JSON.stringify({ current: CURRENT });
const event = snapshot();

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const verify = (header: string, { payload = bytes(event), secret = BOTH, now = NOW } = {}) =>
  webhookSignature({ readSecret: async () => secret, clock: () => now })(payload, header);

describe('while the secret is being rotated', () => {
  const old = signatureOf(event, PREVIOUS);
  const current = signatureOf(event, CURRENT);

  it.each([
    ['both, the new one first', `t=${NOW},v1=${current},v1=${old}`, 'current'],
    ['both, the old one first', `t=${NOW},v1=${old},v1=${current}`, 'current'],
    ['only the new one', `t=${NOW},v1=${current}`, 'current'],
    ['only the old one', `t=${NOW},v1=${old}`, 'previous'],
  ])('signed with %s: accepted', async (_which, header, which) => {
    expect(await verify(header)).toEqual({
      kind: 'verified',
      event: JSON.parse(event),
      with: which,
    });
  });

  it('signed with the old one only, after its removal: refused', async () => {
    expect(await verify(`t=${NOW},v1=${old}`, { secret: ONLY_CURRENT })).toEqual({
      kind: 'refused',
      because: 'signature',
    });
  });

  it.each(['', '   ', 'not a secret', 7, null])(
    'a previous secret that is %j is none: it verifies nothing',
    async (previous) => {
      const secret = JSON.stringify({ current: CURRENT, previous });
      expect(await verify(sign(event, 'whsec_'), { secret })).toMatchObject({ kind: 'refused' });
      expect(await verify(sign(event), { secret })).toMatchObject({ with: 'current' });
    },
  );

  it('a line break pasted behind the secret does no harm', async () => {
    const secret = JSON.stringify({ current: `${CURRENT}\n` });
    expect(await verify(sign(event), { secret })).toMatchObject({ kind: 'verified' });
  });
});

describe('the time window', () => {
  it.each([
    [-300, 'verified'],
    [-301, 'refused'],
    [300, 'verified'],
    [301, 'refused'],
    [3_600, 'refused'],
    [31_536_000, 'refused'],
  ])('signed %i seconds from now: %s', async (seconds, kind) => {
    const header = sign(event, CURRENT, NOW + seconds);
    expect(await verify(header)).toMatchObject(
      kind === 'verified' ? { kind } : { kind, because: 'time' },
    );
  });

  it('refuses everything while our clock is ten minutes off, and says why', async () => {
    expect(await verify(sign(event), { now: NOW + 600 })).toEqual({
      kind: 'refused',
      because: 'time',
    });
  });

  it('accepts Stripe’s retry of a refused delivery, which is signed anew', async () => {
    const late = { now: NOW + 301 };
    expect(await verify(sign(event), late)).toMatchObject({ kind: 'refused' });
    expect(await verify(sign(event, CURRENT, NOW + 301), late)).toMatchObject({ kind: 'verified' });
  });
});

describe('headers that are refused', () => {
  const good = signatureOf(event);
  it.each([
    ['signed with another secret', sign(event, 'whsec_other')],
    ['the secret without its prefix', sign(event, 'current')],
    ['signed for another payload', sign(`${event} `)],
    ['an empty signature', `t=${NOW},v1=`],
    ['no signature', `t=${NOW}`],
    ['no equals sign', `t=${NOW},v1`],
    ['v0 only', `t=${NOW},v0=${good}`],
    ['no timestamp', `v1=${good}`],
    ['a timestamp signed as NaN', `t=abc,v1=${good}`],
    ['two timestamps', `t=1,t=${NOW},v1=${good}`],
    ['another time than was signed', `t=${NOW + 1},v1=${good}`],
    ['64 characters that are not ASCII', `t=${NOW},v1=${'é'.repeat(64)}`],
    ['a shorter one', `t=${NOW},v1=${good.slice(1)}`],
    ['a hundred of them', `t=${NOW}${',v1=00'.repeat(100)}`],
    ['nothing', ''],
  ])('%s', async (_what, header) => {
    expect(await verify(header)).toMatchObject({ kind: 'refused' });
  });
});

describe('bodies that are refused', () => {
  it.each([
    ['serialised again', JSON.stringify(JSON.parse(event), undefined, 2)],
    ['base64 that was not decoded', Buffer.from(event).toString('base64')],
    ['with a BOM that was not signed', `\ufeff${event}`],
    ['with a line break at the end', `${event}\n`],
  ])('%s', async (_what, text) => {
    expect(await verify(sign(event), { payload: bytes(text) })).toEqual({
      kind: 'refused',
      because: 'signature',
    });
  });

  it.each([
    ['not JSON', 'not JSON'],
    ['half an object', '{"id":'],
    ['JSON behind a BOM', `\ufeff${event}`],
  ])('signed, but %s', async (_what, text) => {
    expect(await verify(sign(text), { payload: bytes(text) })).toEqual({
      kind: 'refused',
      because: 'body',
    });
  });

  it('not UTF-8, though it would be the signed text once mended', async () => {
    const text = snapshot({ note: '\ufffd' });
    const [before = '', after = ''] = text.split('\ufffd');
    const payload = new Uint8Array([...bytes(before), 0xff, ...bytes(after)]);
    expect(await verify(sign(text), { payload })).toEqual({ kind: 'refused', because: 'body' });
  });

  it('a thin event, though it is signed', async () => {
    const text = snapshot({ object: 'v2.core.event' });
    expect(await verify(sign(text), { payload: bytes(text) })).toMatchObject({ kind: 'refused' });
  });
});

describe('a secret that cannot be used', () => {
  it.each([
    'whsec_canary',
    '',
    '{}',
    'null',
    '{"current":""}',
    '{"current":"  "}',
    '{"current":"canary"}',
    '{"current":7}',
    '{"previous":"whsec_canary"}',
  ])('%j is an error that says what is needed and quotes nothing', async (secret) => {
    const failure = await verify(sign(event), { secret }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(String(failure)).toContain('{"current":"whsec_…","previous":"whsec_…"}');
    expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toContain('canary');
  });

  it('is not even read for a header that is refused anyway', async () => {
    const readSecret = async () => {
      throw new Error('nobody may ask');
    };
    const verification = webhookSignature({ readSecret, clock: () => NOW })(bytes(event), 'v1=a');
    expect(await verification).toEqual({ kind: 'refused', because: 'header' });
  });
});
