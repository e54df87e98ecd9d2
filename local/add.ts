import { errorText } from '../bin/format.ts';
import { addCommand } from './add-command.ts';

try {
  // npm changes to the folder of the package, and remembers where it was called.
  const cwd = process.env.INIT_CWD ?? process.cwd();
  for (const line of await addCommand(process.argv.slice(2), { cwd })) console.log(line);
} catch (error) {
  console.error(errorText(error));
  process.exitCode = 1;
}
