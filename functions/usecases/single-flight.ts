/** Everybody in this process who asks for the same at the same time waits for one answer. */
export type SingleFlight<Result> = {
  /** What is under way for this key. */
  find(key: string): Promise<Result> | undefined;
  fly(key: string, work: () => Promise<Result>): Promise<Result>;
};

export const singleFlight = <Result>(): SingleFlight<Result> => {
  const flights = new Map<string, Promise<Result>>();
  const begin = (key: string, work: () => Promise<Result>): Promise<Result> => {
    const flight = work().finally(() => flights.delete(key));
    flights.set(key, flight);
    return flight;
  };
  return {
    find: (key) => flights.get(key),
    fly: (key, work) => flights.get(key) ?? begin(key, work),
  };
};
