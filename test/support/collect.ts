/** Everything that a listing yields. Node 20 has no `Array.fromAsync`. */
export const collect = async <Item>(listing: AsyncIterable<Item>): Promise<Item[]> => {
  const items: Item[] = [];
  for await (const item of listing) items.push(item);
  return items;
};
