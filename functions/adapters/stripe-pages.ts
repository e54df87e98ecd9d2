import { fieldOf, textField } from '../core/field.ts';
import { StripeUnreadable } from './stripe-failure.ts';

type Page = { readonly items: readonly unknown[]; readonly next: string | undefined };

/** One page of a list. A page that leads nowhere, or back to where it came from, is no page. */
export const parsePage = (value: unknown, startingAfter: string | undefined): Page => {
  const items = fieldOf(value, 'data');
  const hasMore = fieldOf(value, 'has_more');
  if (!Array.isArray(items) || typeof hasMore !== 'boolean') {
    throw new StripeUnreadable('malformed', 'a list without data or has_more');
  }
  const ids = items.map((item) => textField(item, 'id'));
  const last = ids.at(-1);
  if (ids.includes(undefined)) throw new StripeUnreadable('malformed', 'a list item without an id');
  if (new Set([startingAfter, ...ids]).size !== ids.length + 1) {
    throw new StripeUnreadable('paging', 'a page that repeats an item');
  }
  if (hasMore && last === undefined) {
    throw new StripeUnreadable('paging', 'an empty page that says there is more');
  }
  return { items, next: hasMore ? last : undefined };
};

/** All items of a list that ends within `pagesMax` pages. */
export const everyPage = async (
  fetchPage: (startingAfter: string | undefined) => Promise<unknown>,
  pagesMax: number,
): Promise<readonly unknown[]> => {
  const items = new Map<string | undefined, unknown>();
  let startingAfter: string | undefined;
  for (let pages = 0; pages < pagesMax; pages += 1) {
    const page = parsePage(await fetchPage(startingAfter), startingAfter);
    const before = items.size;
    for (const item of page.items) items.set(textField(item, 'id'), item);
    if (items.size !== before + page.items.length) {
      throw new StripeUnreadable('paging', 'a page that repeats an earlier one');
    }
    if (page.next === undefined) return [...items.values()];
    startingAfter = page.next;
  }
  throw new StripeUnreadable('paging', `a list that did not end within ${pagesMax} pages`);
};
