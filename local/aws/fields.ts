import { ServiceError } from './service-error.ts';

/** The fields of one request, each read with the type that the operation expects. */
export type Fields = {
  text(name: string): string;
  findText(name: string): string | undefined;
  findNumber(name: string): number | undefined;
  findFlag(name: string): boolean | undefined;
  /** An absent list is an empty one. */
  texts(name: string): readonly string[];
  findObject(name: string): Fields | undefined;
  /** An absent list is an empty one. */
  objects(name: string): readonly Fields[];
  /** An absent map is an empty one. */
  textMap(name: string): Readonly<Record<string, string>>;
  /** A field that the stand-in would ignore is refused: silence would pass for support. */
  allowOnly(names: readonly string[], operation: string): void;
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const typeRefusal = (name: string, wanted: string): ServiceError =>
  new ServiceError('SerializationException', `${name} must be ${wanted}`);

const isText = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number';
const isFlag = (value: unknown): value is boolean => typeof value === 'boolean';

/** `missing` makes the service's own refusal for a field that has to be there. */
export const fieldsOf = (input: unknown, missing: (name: string) => ServiceError): Fields => {
  if (!isObject(input)) throw typeRefusal('the request', 'a JSON object');

  const find = <Value>(
    name: string,
    is: (value: unknown) => value is Value,
    wanted: string,
  ): Value | undefined => {
    const value = input[name];
    if (value === undefined || value === null) return undefined;
    if (!is(value)) throw typeRefusal(name, wanted);
    return value;
  };
  const list = (name: string): readonly unknown[] =>
    find(name, (value) => Array.isArray(value), 'a list') ?? [];
  const findText = (name: string): string | undefined => find(name, isText, 'a string');

  return {
    findText,
    text: (name) => {
      const value = findText(name);
      if (value === undefined) throw missing(name);
      return value;
    },
    findNumber: (name) => find(name, isNumber, 'a number'),
    findFlag: (name) => find(name, isFlag, 'true or false'),
    texts: (name) =>
      list(name).map((value) => {
        if (!isText(value)) throw typeRefusal(name, 'a list of strings');
        return value;
      }),
    findObject: (name) => {
      const value = find(name, isObject, 'an object');
      return value === undefined ? undefined : fieldsOf(value, missing);
    },
    objects: (name) => list(name).map((value) => fieldsOf(value, missing)),
    textMap: (name) => {
      const map = find(name, isObject, 'an object') ?? {};
      return Object.fromEntries(
        Object.entries(map).map(([key, value]) => {
          if (!isText(value)) throw typeRefusal(`${name}.${key}`, 'a string');
          return [key, value];
        }),
      );
    },
    allowOnly: (names, operation) => {
      const other = Object.keys(input).find((name) => !names.includes(name));
      if (other === undefined) return;
      throw new ServiceError(
        'UnsupportedOperation',
        `this stand-in does not imitate ${other} of ${operation}; it takes ${names.join(', ')}`,
      );
    },
  };
};
