import { systemClock } from './adapters/clock.ts';
import { emfReport } from './adapters/emf-report.ts';
import { catalog, catalogHash } from './catalog.ts';
import { type GatewayEnv, readEnv } from './env.ts';
import { wireGateway } from './gateway-wiring.ts';
import { rawFunctionUrl } from './http/function-url.ts';
import { gateway } from './http/gateway.ts';

const secrets = ['FRONT_SECRET_ARN', 'TOKEN_SECRET_ARN'] as const;
const settings = ['RENEWAL_URL', 'NOTICE_DAYS', 'LAYER_ORIGIN', 'MANIFEST_HEAD'] as const;
const names = ['STAGE', 'TABLE_NAME', ...secrets, ...settings] as const;
const env: GatewayEnv = readEnv(process.env, ...names);
const report = emfReport(env.STAGE, systemClock);
const deps = wireGateway(env, { catalog, catalogHash }, report);
const manifestHead = env.MANIFEST_HEAD === 'refuse' ? 'refuse' : 'full';
export const handler = rawFunctionUrl(gateway(deps, { renewalUrl: env.RENEWAL_URL, manifestHead }));
