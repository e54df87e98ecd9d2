import { type Reader, textOf } from './readers.ts';
import { note, type Place, type Scope } from './reading.ts';

const NAMES_SHOWN_MAX = 12;

const listed = (names: Iterable<string>): string => {
  const all = [...names];
  if (all.length === 0) return 'there are none yet';
  const more = all.length > NAMES_SHOWN_MAX ? ', …' : '';
  return `there are ${all.slice(0, NAMES_SHOWN_MAX).join(', ')}${more}`;
};

const CUSTOMER = /^[A-Za-z0-9_]{1,60}$/;
const CUSTOMER_ALLOWED = 'a name of 1 to 60 of a-z, A-Z, 0-9 and _ is needed';

const idOf = (name: string): string => (name.startsWith('cus_') ? name : `cus_${name}`);

/** `nova` is the customer `cus_nova`. */
export const newCustomer: Reader<string> = textOf(CUSTOMER, CUSTOMER_ALLOWED, (name, place) => {
  const id = idOf(name);
  const { customers } = place.reading.scope;
  if (customers.has(id))
    return note(place, `${place.path} is "${name}": that customer exists already`);
  customers.add(id);
  return id;
});

export const customer: Reader<string> = textOf(CUSTOMER, CUSTOMER_ALLOWED, (name, place) => {
  const { customers } = place.reading.scope;
  if (customers.has(idOf(name))) return idOf(name);
  const names = listed([...customers].map((id) => id.replace('cus_', '')));
  return note(
    place,
    `${place.path} is "${name}": no create_customer further up makes that customer; ${names}`,
  );
});

const SUBSCRIPTION = /^[A-Za-z0-9_.-]{1,60}$/;
const SUBSCRIPTION_ALLOWED = 'a name of 1 to 60 of a-z, A-Z, 0-9, _, . and - is needed';

/** A name of the file's own; Stripe gives the id. */
export const newSubscription: Reader<string> = textOf(
  SUBSCRIPTION,
  SUBSCRIPTION_ALLOWED,
  (name, place) => {
    const { subscriptions } = place.reading.scope;
    if (subscriptions.has(name)) {
      return note(place, `${place.path} is "${name}": that subscription exists already`);
    }
    subscriptions.add(name);
    return name;
  },
);

const known =
  (which: keyof Scope, how: string) =>
  (name: string, place: Place): string | undefined => {
    const names = new Set(place.reading.scope[which]);
    if (names.has(name)) return name;
    return note(place, `${place.path} is "${name}": ${how}; ${listed(names)}`);
  };

export const subscription: Reader<string> = textOf(
  SUBSCRIPTION,
  SUBSCRIPTION_ALLOWED,
  known('subscriptions', 'no subscribe further up makes that subscription'),
);

const PRODUCT = /^prod_[A-Za-z0-9_]{1,64}$/;
const PRODUCT_ALLOWED = 'a Stripe product id is needed, such as prod_pro';

export const newProduct: Reader<string> = textOf(PRODUCT, PRODUCT_ALLOWED, (name, place) => {
  const { products } = place.reading.scope;
  if (products.has(name)) {
    return note(
      place,
      `${place.path} is "${name}": that product exists already, as those of every catalog do`,
    );
  }
  products.add(name);
  return name;
});

export const product: Reader<string> = textOf(
  PRODUCT,
  PRODUCT_ALLOWED,
  known('products', 'no catalog has that product, and no create_product further up makes it'),
);

export const repository: Reader<string> = textOf(
  /^[a-z0-9][a-z0-9._/-]{1,255}$/,
  'the name of an ECR repository is needed, such as acme/app',
  known('repositories', 'no catalog sells that repository'),
);

export const offer: Reader<string> = textOf(
  /^[a-z0-9][a-z0-9_-]{0,39}$/,
  'the name of an offer is needed',
  known('offers', 'no catalog has that offer'),
);

export const catalogName: Reader<number> = textOf(
  /^.{1,60}$/,
  'the name of a catalog is needed',
  (name, place) => {
    const index = place.reading.scope.catalogs.indexOf(name);
    if (index >= 0) return index;
    return known('catalogs', 'that is not one of the catalogs of this file')(name, place) ===
      undefined
      ? undefined
      : index;
  },
);

export const account: Reader<string> = textOf(
  /^\d{12}$/,
  'an AWS account id of 12 digits is needed',
  (id) => id,
);

/** What Stripe's metadata field says, in any form that customers may write. */
export const accounts: Reader<string> = textOf(
  /^.{0,500}$/,
  'the text of the metadata field aws_account_ids is needed, such as "111122223333, 444455556666"',
  (ids) => ids,
);

export const tag: Reader<string> = textOf(
  /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/,
  'a tag is needed, such as 1.0.0',
  (name) => name,
);

export const image: Reader<string> = textOf(
  /^[A-Za-z0-9_.-]{1,60}$/,
  'a name for the image is needed: the same name is the same image',
  (name) => name,
);
