const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const NAME = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);

/** Clients keep to this with the registry's host and a slash in front. */
export const NAME_CHARACTERS_MAX = 255;

/** The name of a repository, as the OCI distribution specification has it. */
export const isRepositoryName = (text: string): boolean =>
  text.length <= NAME_CHARACTERS_MAX && NAME.test(text);
