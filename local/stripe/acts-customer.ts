import { end } from './ending.ts';
import { become, type Engine, isEnded, subscriptionOf } from './engine.ts';
import type { Dunning, Payment } from './state.ts';
import { newId, recordOf } from './state.ts';

export type CustomerRequest = {
  readonly id?: string;
  readonly email?: string;
  readonly name?: string;
  readonly metadata?: Readonly<Record<string, string>>;
};

export const createCustomer = (engine: Engine, request: CustomerRequest = {}): string => {
  const { state, at } = engine;
  const id = request.id ?? newId(state, 'cus');
  if (state.customers[id] !== undefined) throw new Error(`customer '${id}' already exists`);
  state.customers[id] = {
    id,
    created: at,
    email: request.email ?? null,
    name: request.name ?? null,
    metadata: { ...request.metadata },
    payment: 'ok',
    deleted: false,
    subscriptionIds: [],
  };
  engine.emit('customer.created', id);
  return id;
};

/** As Stripe does, metadata is merged, and an empty value removes its key. */
export const updateCustomer = (
  engine: Engine,
  id: string,
  changes: Omit<CustomerRequest, 'id'>,
): void => {
  const customer = recordOf(engine.state.customers, id);
  customer.email = changes.email ?? customer.email;
  customer.name = changes.name ?? customer.name;
  const merged = Object.entries({ ...customer.metadata, ...changes.metadata });
  customer.metadata = Object.fromEntries(merged.filter(([, value]) => value !== ''));
  engine.emit('customer.updated', id);
};

/** Cancels everything at once; the two kinds of event come in no particular order. */
export const deleteCustomer = (engine: Engine, id: string): void => {
  const customer = recordOf(engine.state.customers, id);
  if (customer.deleted) throw new Error(`customer '${id}' is deleted already`);
  for (const subscriptionId of customer.subscriptionIds) {
    const subscription = subscriptionOf(engine, subscriptionId);
    if (!isEnded(subscription)) end(engine, subscription, 'cancellation_requested');
  }
  customer.deleted = true;
  engine.emit('customer.deleted', id);
};

/** How every payment of this customer goes from now on, retries included. */
export const setPayment = (engine: Engine, id: string, payment: Payment): void => {
  recordOf(engine.state.customers, id).payment = payment;
  engine.emit('customer.updated', id);
};

export const failPayment = (engine: Engine, id: string): void => setPayment(engine, id, 'fails');

export type ProductRequest = {
  readonly id?: string;
  readonly name: string;
  /** In cents; 0 is a free product. */
  readonly unitAmount?: number;
};

export const createProduct = (engine: Engine, request: ProductRequest): string => {
  const { state, at } = engine;
  const id = request.id ?? newId(state, 'prod');
  if (state.products[id] !== undefined) throw new Error(`product '${id}' already exists`);
  const { name, unitAmount = 2_000 } = request;
  state.products[id] = { id, created: at, updated: at, name, active: true, unitAmount };
  engine.emit('product.created', id);
  return id;
};

/** Existing subscriptions keep it. */
export const archiveProduct = (engine: Engine, id: string): void => {
  const product = recordOf(engine.state.products, id);
  product.active = false;
  product.updated = engine.at;
  engine.emit('product.updated', id);
};

/** Settings of the vendor's account: retries, and what happens after the last. */
export const setDunning = ({ state }: Engine, changes: Partial<Dunning>): void => {
  state.dunning = { ...state.dunning, ...changes };
};

/** A setting of the vendor's account: a full dispute cancels the subscription an hour later. */
export const setCancelOnDispute = ({ state }: Engine, isOn: boolean): void => {
  state.cancelOnDispute = isOn;
};

/** Overwrites fields of what is answered about any object, or stops doing so: for what a test cannot bring about otherwise. */
export const patch = (
  { state }: Engine,
  id: string,
  fields: Readonly<Record<string, unknown>> | null,
): void => {
  if (fields === null) delete state.patches[id];
  else state.patches[id] = { ...fields };
};

/** Puts a subscription into a status by hand, with its event: for a status that no act here leads to. */
export const setStatus = (engine: Engine, id: string, status: string): void =>
  become(engine, subscriptionOf(engine, id), status);
