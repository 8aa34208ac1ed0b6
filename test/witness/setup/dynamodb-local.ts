/**
 * DynamoDBLocal from Maven Central, laid out as LocalStack would have laid it out had it fetched it itself: it finds its library folder full and asks
 * the internet for nothing.
 */
import { access, chmod, constants, copyFile, mkdir, readFile, rename } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { Unavailable } from '../witness.ts';
import { answerOf, install } from './command.ts';
import { installedOnce } from './folder.ts';

const POM = join(import.meta.dirname, 'pom.xml');
const JAVA = join(import.meta.dirname, 'java.sh');
const OLDEST_JAVA = 17;
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';

export interface DynamoDbLocal {
  /** To stand as `var/lib/localstack/lib`. */
  readonly library: string;
  /** The system's own, for LOGFERRY_JAVA. */
  readonly java: string;
}

/** @throws Unavailable without java or mvn, or when Maven cannot fetch it. */
export async function dynamoDbLocal(): Promise<DynamoDbLocal> {
  const java = await pathOf('java');
  // "1.8.0" of old, "17.0.15" and "21" since.
  const version = Number(/version "(\d+)/.exec((await answerOf(java, ['-version'])) ?? '')?.[1]);
  if (!(version >= OLDEST_JAVA)) throw new Unavailable(`java is not ${OLDEST_JAVA} or later`);
  const mvn = await pathOf('mvn');
  const madeOf = `${await readFile(POM, 'utf8')}${await readFile(JAVA, 'utf8')}`;
  const library = await installedOnce('dynamodb-local', madeOf, (folder) => layOut(mvn, folder));
  return { library, java };
}

async function layOut(mvn: string, folder: string): Promise<void> {
  const [program, bin] = [join(folder, 'dynamodb-local', '2'), join(folder, 'java', '21', 'bin')];
  const libraries = join(program, 'DynamoDBLocal_lib');
  await mkdir(libraries, { recursive: true });
  await mkdir(bin, { recursive: true });
  const options = ['-B', '-q', '-f', POM, COPY, `-DoutputDirectory=${libraries}`, '-DincludeScope=runtime'];
  await install('dynamodb-local', mvn, options, folder);
  // By this file LocalStack knows that the program is installed.
  await rename(join(libraries, 'DynamoDBLocal-2.6.0.jar'), join(program, 'DynamoDBLocal.jar'));
  await copyFile(JAVA, join(bin, 'java'));
  await chmod(join(bin, 'java'), 0o755);
}

async function pathOf(command: string): Promise<string> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, command);
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (folder !== '' && isThere) return path;
  }
  throw new Unavailable(`${command} is not on PATH`);
}
