import { userInfo } from 'node:os';

/** The login name. In a container a user may be a number that has none, which is no reason to refuse. */
export const userName = (read: () => string = () => userInfo().username): string => {
  try {
    return read();
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
};
