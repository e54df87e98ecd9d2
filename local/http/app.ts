import { type Context, Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { LocalStores } from '../stores.ts';
import type { System } from '../system.ts';
import { viewer } from '../view.ts';
import { type ActResult, act } from './acts.ts';
import { BadInput } from './bad-input.ts';
import { type ClockMover, clockMover, secondsOf } from './clock-mover.ts';
import {
  keyHoldersOnly,
  loopbackOnly,
  ownChangesOnly,
  refuse,
  safeHeaders,
  smallBodiesOnly,
} from './guard.ts';
import { addFrom } from './images.ts';
import { type Input, inputOf } from './input.ts';
import { planMishap } from './mishaps.ts';
import { PAGE_PATHS, servePage } from './page-files.ts';

export type LocalApp = {
  readonly fetch: (request: Request) => Response | Promise<Response>;
  /** Resolves when no move of the clock is under way. */
  readonly idle: () => Promise<void>;
};

type Deps = {
  readonly system: System;
  readonly stores: LocalStores;
  /** Shown by whoever may make this process read a file. */
  readonly key: string;
  readonly report: (message: string, error: unknown) => void;
};

/** The page and what it asks for. */
export const localApp = ({ system, stores, key, report }: Deps): LocalApp => {
  const { clock, farEnds, catalog } = system;
  const { stripe, ecr } = farEnds;
  const mover = clockMover({ system, report });
  const view = viewer({ system, stores });
  const app = new Hono();

  app.use(safeHeaders, loopbackOnly, ownChangesOnly, smallBodiesOnly);
  for (const path of PAGE_PATHS) app.get(path, servePage);
  app.get('/api/state', async (c) => c.json(await view(c.req.query('customer'), mover.moving())));
  app.post('/api/acts', (c) => change<ActResult>(c, mover, (input) => act({ stripe, ecr }, input)));
  app.post('/api/images', keyHoldersOnly(key), (c) =>
    change(c, mover, (input) => addFrom(input, { farEnds, catalog })),
  );
  app.post('/api/deliveries', (c) =>
    change(c, mover, (input) => {
      planMishap(input, stripe?.delivery);
      return {};
    }),
  );
  app.post('/api/clock', (c) =>
    change(c, mover, async (input) => {
      if (stripe === undefined) {
        throw new BadInput('Stripe’s real test mode keeps its own time: the clock cannot be moved');
      }
      const { coming } = await view(undefined, null);
      const seconds = secondsOf(input, coming, clock.now());
      if (mover.moving() !== null) throw new Busy();
      return mover.start(seconds);
    }),
  );
  app.notFound((c) => refuse(c, 404, `there is no ${c.req.method} ${c.req.path} here`));
  app.onError((error, c) => {
    if (error instanceof BadInput) return refuse(c, 400, error.message);
    if (error instanceof Busy) return refuse(c, 409, error.message);
    if (error instanceof HTTPException) return refuse(c, 400, error.message);
    report('the page asked for something that failed', error);
    return refuse(c, 500, 'something failed here: the terminal says what');
  });
  return { fetch: (request) => app.fetch(request), idle: mover.idle };
};

class Busy extends Error {
  override readonly name = 'Busy';

  constructor() {
    super('the clock is moving: wait until it has arrived');
  }
}

/** A change while the clock moves would happen at a time that nobody chose. */
const change = async <Result extends object>(
  c: Context,
  mover: Pick<ClockMover, 'moving'>,
  make: (input: Input) => Result | Promise<Result>,
): Promise<Response> => {
  const input = inputOf(await jsonOf(c));
  if (mover.moving() !== null) throw new Busy();
  return c.json(await make(input));
};

const jsonOf = async (c: Context): Promise<unknown> => {
  try {
    return await c.req.json();
  } catch (cause) {
    if (cause instanceof SyntaxError) throw new BadInput('the body is not JSON', { cause });
    throw cause;
  }
};
