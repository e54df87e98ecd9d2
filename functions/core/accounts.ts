const ACCOUNT = /^\d{12}$/;

export type StatedAccounts = {
  readonly accounts: readonly string[];
  readonly malformed: readonly string[];
};

/**
 * AWS account ids from the Stripe metadata field `aws_account_ids`, separated by commas, semicolons
 * or spaces. A malformed one is reported and stops nobody else.
 */
export const parseAccounts = (text: string): StatedAccounts => {
  const words = [...new Set(text.split(/[\s,;]+/).filter((word) => word !== ''))].sort();
  return {
    accounts: words.filter((word) => ACCOUNT.test(word)),
    malformed: words.filter((word) => !ACCOUNT.test(word)),
  };
};
