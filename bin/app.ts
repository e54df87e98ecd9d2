import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { parseCatalog } from '../functions/core/parse-catalog.ts';
import { WharfageStack } from '../lib/wharfage-stack.ts';
import { catalog as input } from './catalog.ts';

const parsed = parseCatalog(input);
if (parsed.kind === 'invalid') {
  throw new Error(`bin/catalog.ts is not valid:\n${parsed.problems.join('\n')}`);
}
const { catalog, warnings } = parsed;

/** Where your customers put a lapsed subscription right. Every refusal in their terminal ends with it. */
const renewalUrl = 'https://vendor.example/billing';

const app = new App();
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));

// A stage is a whole Wharfage of its own, bound to one mode of Stripe. Deploy either or both.
for (const { stage, livemode } of [
  { stage: 'test', livemode: false },
  { stage: 'live', livemode: true },
]) {
  const stack = new WharfageStack(app, `wharfage-${stage}`, {
    stage,
    livemode,
    catalog,
    renewalUrl,
    description: `Wharfage ${stage}: Stripe subscriptions open pull access to ECR repositories`,
  });
  for (const warning of warnings) Validations.of(stack).addWarning('wharfage:catalog', warning);
}
