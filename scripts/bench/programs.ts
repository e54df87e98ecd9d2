import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';

/** Debian's packages that parts of the bench need, and the program of each. */
const PACKAGE_OF = {
  'docker-registry': 'docker-registry',
  htpasswd: 'apache2-utils',
  openssl: 'openssl',
  skopeo: 'skopeo',
} as const;

type Program = keyof typeof PACKAGE_OF;

/** Says plainly what is missing and how to get it; `true` when everything is there. */
export const hasPrograms = (what: string, ...programs: readonly Program[]): boolean => {
  const missing = programs.filter((program) => !isThere(program));
  if (missing.length === 0) return true;
  const packages = missing.map((program) => PACKAGE_OF[program]).join(' ');
  console.log(
    `\nNOT MEASURED: ${what}. ${missing.join(' and ')} not found: apt-get install ${packages}`,
  );
  return false;
};

const isThere = (program: string): boolean => {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** To its end, while this process goes on answering it. */
export const runProgram = async (program: Program, args: readonly string[]): Promise<void> => {
  const child = spawn(program, [...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${program} ${args[1]} ended with ${code}`);
};
