import { resolve } from 'node:path';
import { catalog } from '../bin/catalog.ts';
import { errorText } from '../bin/format.ts';
import { type Running, run } from './run.ts';
import { HELP, type StartOptions, startRequestOf } from './start-options.ts';

const FOLDER = '.wharfage';

/** A wrapper passes on the Ctrl-C that the terminal has sent us already: that is no second one. */
const SECOND_CTRL_C_AFTER_MS = 500;

const refuse = (sentences: readonly string[]): never => {
  for (const sentence of sentences) console.error(sentence);
  process.exit(1);
};

const report = (message: string, error: unknown): void => {
  console.error(`${message}: ${errorText(error)}`);
};

const greet = (
  { pageUrl, webhookUrl, registryUrl }: Running,
  { realStripe }: StartOptions,
): void => {
  const lines =
    realStripe === undefined
      ? [
          `Wharfage runs on this machine. Open ${pageUrl}`,
          '',
          'Create a customer there, subscribe it, and watch what it may pull.',
          'An image of your own:  npm run local -- add image.tar --repository acme/app --tag 2.0',
        ]
      : [
          `Wharfage runs on this machine, with Stripe’s real test mode. Open ${pageUrl}`,
          '',
          `Stripe’s events come by:  stripe listen --forward-to ${webhookUrl}`,
        ];
  console.log(
    [
      '',
      ...lines,
      `Customers pull from ${new URL(registryUrl).host}: the page says how, with docker, podman, skopeo or helm.`,
      'The operator’s command works here too:  npx wharfage doctor --local',
      `What the functions log is in ${FOLDER}/functions.log. Ctrl-C saves and ends.`,
      '',
    ].join('\n'),
  );
};

const endOnSignal = (running: Running): void => {
  let firstAt: number | undefined;
  const end = async (): Promise<void> => {
    console.log('\nSaving…');
    try {
      await running.close();
      process.exit(0);
    } catch (error) {
      report('not everything could be saved', error);
      process.exit(1);
    }
  };
  const onSignal = (): void => {
    const at = performance.now();
    if (firstAt === undefined) {
      firstAt = at;
      void end();
    } else if (at - firstAt > SECOND_CTRL_C_AFTER_MS) {
      process.exit(130);
    }
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
};

const start = async (options: StartOptions): Promise<void> => {
  // This machine's Node may be older than the Lambda runtime; the SDK's notice is for deployments.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
  const outcome = await run({ ...options, folder: resolve(FOLDER), catalog, report });
  if (outcome.kind === 'refused') refuse(outcome.sentences);
  else {
    endOnSignal(outcome.running);
    greet(outcome.running, options);
  }
};

const request = startRequestOf(process.argv.slice(2), process.env);
switch (request.kind) {
  case 'help':
    console.log(HELP);
    break;
  case 'wrong':
    refuse([`${request.sentence}. npm start -- --help shows what there is.`]);
    break;
  case 'start':
    await start(request.options).catch((error: unknown) => refuse([errorText(error)]));
    break;
}
