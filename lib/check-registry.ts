import { Token } from 'aws-cdk-lib';
import type { WharfageProps } from './wharfage-props.ts';

/** What a header may carry without quoting, and leaves room for the sentence before it. */
const RENEWAL_URL = /^https:\/\/[\x21\x23-\x5b\x5d-\x7e]+$/;
const RENEWAL_URL_LENGTH_MAX = 100;
const DOMAIN =
  /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;
const CERTIFICATE_ARN = /^arn:aws[a-z-]*:acm:([a-z0-9-]+):\d{12}:certificate\/[\w-]+$/;
const SECRET_VERSION = /^[A-Za-z0-9-]{32,64}$/;
const NOTICE_DAYS_MAX = 90;
const CONCURRENCY_MAX = 1_000;
/** Clients refuse `host/name` beyond it. */
const FULL_NAME_LENGTH_MAX = 255;
/** Where ECR keeps layers. Clients send the registry's access token along to hosts under the registry's own. */
const STORAGE_DOMAIN = 'amazonaws.com';

/** Every mistake in what concerns the gateway. */
export const checkRegistry = (props: WharfageProps): readonly string[] => [
  ...checkRenewalUrl(props),
  ...checkDomain(props),
  ...checkCertificate(props),
  ...checkAnswers(props),
  ...checkFullNames(props),
];

const checkRenewalUrl = ({ renewalUrl }: WharfageProps): readonly string[] =>
  RENEWAL_URL.test(renewalUrl) &&
  renewalUrl.length <= RENEWAL_URL_LENGTH_MAX &&
  URL.canParse(renewalUrl) &&
  !renewalUrl.includes('@')
    ? []
    : [
        `renewalUrl is ${JSON.stringify(renewalUrl)}: an address such as https://vendor.com/billing is needed, of at most ${RENEWAL_URL_LENGTH_MAX} ASCII characters without spaces, quotes, @ and backslashes. Refusals end with it in customers’ terminals`,
      ];

const checkDomain = ({ registry: { domainName } = {} }: WharfageProps): readonly string[] => {
  if (domainName === undefined) return [];
  const said = `registry.domainName is ${JSON.stringify(domainName)}`;
  if (!DOMAIN.test(domainName)) {
    return [
      `${said}: a host name such as registry.vendor.com is needed, in lower case, without scheme, port and wildcard`,
    ];
  }
  const isStorage = [STORAGE_DOMAIN, `${STORAGE_DOMAIN}.cn`].some(
    (domain) => domainName === domain || domainName.endsWith(`.${domain}`),
  );
  return isStorage
    ? [
        `${said}: a domain of your own is needed. Layers come from hosts under ${STORAGE_DOMAIN}, and to hosts under the registry's own clients send its access token`,
      ]
    : [];
};

const checkCertificate = ({
  registry: { domainName, certificate } = {},
}: WharfageProps): readonly string[] => {
  if ((domainName === undefined) !== (certificate === undefined)) {
    return [
      `registry has ${domainName === undefined ? 'a certificate and no domainName' : `the domainName ${JSON.stringify(domainName)} and no certificate`}: both are needed, or neither`,
    ];
  }
  if (certificate === undefined || Token.isUnresolved(certificate.certificateArn)) return [];
  const arn = certificate.certificateArn;
  return CERTIFICATE_ARN.exec(arn)?.[1] === 'us-east-1'
    ? []
    : [
        `registry.certificate.certificateArn is ${JSON.stringify(arn)}: the ARN of a certificate in us-east-1 is needed, wherever the stack is: CloudFront takes no other`,
      ];
};

const checkAnswers = ({ registry = {} }: WharfageProps): readonly string[] => {
  const { noticeDays = 0, manifestHead = 'full', reservedConcurrency = 1 } = registry;
  const { frontSecretVersion } = registry;
  return [
    ...(isWithin(noticeDays, 0, NOTICE_DAYS_MAX)
      ? []
      : [
          `registry.noticeDays is ${noticeDays}: a whole number from 0 to ${NOTICE_DAYS_MAX} is allowed`,
        ]),
    ...(['full', 'refuse'].includes(manifestHead)
      ? []
      : [
          `registry.manifestHead is ${JSON.stringify(manifestHead)}: "full" and "refuse" are allowed`,
        ]),
    ...(isWithin(reservedConcurrency, 1, CONCURRENCY_MAX)
      ? []
      : [
          `registry.reservedConcurrency is ${reservedConcurrency}: a whole number from 1 to ${CONCURRENCY_MAX} is allowed`,
        ]),
    ...(frontSecretVersion === undefined || SECRET_VERSION.test(frontSecretVersion)
      ? []
      : [
          `registry.frontSecretVersion is ${JSON.stringify(frontSecretVersion)}: the VersionId that put-secret-value answered is needed`,
        ]),
  ];
};

const isWithin = (value: number, min: number, max: number): boolean =>
  Number.isInteger(value) && value >= min && value <= max;

const checkFullNames = ({
  catalog,
  registry: { domainName } = {},
}: WharfageProps): readonly string[] => {
  if (domainName === undefined) return [];
  const repositories = Object.values(catalog.offers).flatMap((offer) => offer.repositories);
  return [...new Set(repositories)]
    .filter((name) => `${domainName}/${name}`.length > FULL_NAME_LENGTH_MAX)
    .map(
      (name) =>
        `registry.domainName and the repository ${name} have more than ${FULL_NAME_LENGTH_MAX} characters together, which clients refuse: a shorter domain is needed`,
    );
};
