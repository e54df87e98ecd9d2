import type { CatalogInput } from '../functions/core/parse-catalog.ts';

/**
 * What you sell: which Stripe product opens which ECR repositories. Test and live product ids stand
 * side by side. After a change run `npx wharfage plan`: it shows who gains and who loses.
 */
export const catalog: CatalogInput = {
  offers: {
    // Pulls with a credential only.
    starter: {
      products: ['prod_starter'],
      repositories: ['acme/app'],
      awsAccounts: 'none',
    },
    // The customers' AWS accounts may pull from ECR directly as well.
    pro: {
      products: ['prod_pro', 'prod_pro_yearly'],
      repositories: ['acme/app', 'acme/agent'],
      awsAccounts: 'pull',
    },
    // And may keep a copy in their own registry through a pull-through cache rule.
    enterprise: {
      products: ['prod_enterprise'],
      repositories: ['acme/enterprise', 'acme/charts'],
      graceDays: 30,
      awsAccounts: 'pull_and_cache',
    },
  },
};
