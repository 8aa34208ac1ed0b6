/** What `cdktf` and `npm run synth` run: writes cdktf.out/stacks/<environment>-<stack>/cdk.tf.json for every environment. */
import { buildApp } from './app.ts';
import { EnvironmentsError } from './config.ts';
import { loadEnvironments, version } from './load.ts';

try {
  buildApp(await loadEnvironments(), version()).synth();
} catch (error) {
  process.stderr.write(`logferry: ${error instanceof EnvironmentsError ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
