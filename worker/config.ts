/** Environment -> checked, frozen, compiled configuration, once at start. No optional default is left inside; all faults are reported together. */
import { z } from 'zod';
import type { Mode, NumberSetting, Setting, TextSetting } from './setting.ts';
import { CROSS_CHECKS, SETTINGS, type SettingName } from './settings.ts';

type ValueOf<S> = S extends { kind: 'integer' } ? number : S extends { default: string } ? string : string | undefined;

/** Every setting by its own name, in its own unit. */
export type Values = { readonly [N in SettingName]: ValueOf<(typeof SETTINGS)[N]> };

export type Config = Values & {
  readonly mode: Mode;
  /** From AWS_ENDPOINT_URL, which the SDK itself reads too: an emulator, or a private endpoint. */
  readonly endpoint?: string;
  /** From ECS_AGENT_URI, which ECS sets in the containers of its tasks: where the task asks for scale-in protection. */
  readonly ecsAgentUri?: string;
};

/** All that is wrong with the environment, a line each: name, value, what is expected. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      `the configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`,
    );
    this.faults = faults;
  }
}

/**
 * @param env the environment; an empty value counts as unset.
 * @param mode overrides EXECUTION_MODE (`--mode`).
 * @throws ConfigError with every fault at once.
 */
export function compileConfig(env: Readonly<Record<string, string | undefined>>, mode?: string): Config {
  const given: Record<string, string | undefined> = mode === undefined ? env : { ...env, EXECUTION_MODE: mode };
  const faults: string[] = [];
  const values: Record<string, string | number | undefined> = {};
  for (const [name, setting] of entries()) {
    const raw = given[name]?.trim() || undefined;
    const parsed = schemaOf(setting).safeParse(raw ?? setting.default);
    if (parsed.success) values[name] = parsed.data;
    else faults.push(`${name} is ${JSON.stringify(raw)}; expected ${expectation(setting)}`);
  }
  const chosen = (values['EXECUTION_MODE'] ?? 'sqs') as Mode;
  faults.push(...missing(values, chosen), ...crossed(values), ...sameBucket(values));
  const endpoint = given['AWS_ENDPOINT_URL']?.trim();
  if (endpoint && !isHttpUrl(endpoint))
    faults.push(`AWS_ENDPOINT_URL is ${JSON.stringify(endpoint)}; expected a URL such as http://127.0.0.1:4566`);
  if (faults.length > 0) throw new ConfigError(faults);
  // Not checked: it is not the operator's, and a worker whose protection fails says so and works all the same.
  const ecsAgentUri = given['ECS_AGENT_URI']?.trim();
  return Object.freeze({
    ...values,
    mode: chosen,
    ...(endpoint ? { endpoint } : {}),
    ...(ecsAgentUri ? { ecsAgentUri } : {}),
  }) as unknown as Config;
}

/** The SDK would take anything, and then call each try a failure of the network. */
function isHttpUrl(text: string): boolean {
  const protocol = URL.parse(text)?.protocol;
  return protocol === 'http:' || protocol === 'https:';
}

export function entries(): [SettingName, Setting][] {
  return Object.entries(SETTINGS) as [SettingName, Setting][];
}

/** What a setting accepts, in words; also for `--help` and the docs. */
export function expectation(setting: Setting): string {
  if (setting.kind === 'integer') {
    const unit = setting.unit === 'count' || setting.unit === 'port' ? '' : ` of ${setting.unit}`;
    return `a whole number${unit} from ${setting.min} to ${setting.max}`;
  }
  if (setting.oneOf) return setting.oneOf.map((value) => `\`${value}\``).join(' or ');
  return setting.expected ?? 'a text';
}

function schemaOf(setting: Setting): z.ZodType<string | number | undefined> {
  return setting.kind === 'integer' ? integerSchema(setting) : textSchema(setting);
}

function integerSchema(setting: NumberSetting) {
  // Digits only: Number('') is 0, Number('1e3') and Number('0x10') are numbers, and none of them was meant.
  const digits = z.string().regex(/^\d+$/).transform(Number);
  return z.union([z.number(), digits]).pipe(z.int().min(setting.min).max(setting.max));
}

function textSchema(setting: TextSetting) {
  let text = z.string();
  if (setting.pattern) text = text.regex(setting.pattern);
  const { oneOf } = setting;
  return (oneOf ? text.refine((value) => oneOf.includes(value)) : text).optional();
}

function missing(values: Readonly<Record<string, unknown>>, mode: Mode): string[] {
  return entries()
    .filter(
      ([name, setting]) => name in values && values[name] === undefined && setting.kind === 'text' && setting.required?.includes(mode),
    )
    .map(([name, setting]) => `${name} is not set; expected ${expectation(setting)}`);
}

function crossed(values: Readonly<Record<string, unknown>>): string[] {
  return CROSS_CHECKS.filter(
    ({ less, plus, than }) => sizeOf(less, values) + (plus ? sizeOf(plus, values) : 0) >= sizeOf(than, values),
  ).map(({ less, plus, than, why }) => {
    const [names, sum] = plus
      ? [`${less} and ${plus} are`, `${String(values[less])} and ${String(values[plus])}; expected together`]
      : [`${less} is`, `${String(values[less])}; expected`];
    return `${names} ${sum} less than ${than} (${String(values[than])}): ${why}`;
  });
}

/** What is quarantined would be announced, and be nobody's object. */
function sameBucket({ S3_BUCKET_NAME: central, QUARANTINE_BUCKET: quarantine }: Readonly<Record<string, unknown>>): string[] {
  if (quarantine === undefined || quarantine !== central) return [];
  return [
    `QUARANTINE_BUCKET is ${JSON.stringify(quarantine)}; expected another bucket than S3_BUCKET_NAME, whose notifications would come back`,
  ];
}

const MILLISECONDS: Readonly<Record<string, number>> = { milliseconds: 1, seconds: 1000, minutes: 60_000 };

/** Times are compared in milliseconds, whatever else as it stands. */
function sizeOf(name: SettingName, values: Readonly<Record<string, unknown>>): number {
  const setting: Setting = SETTINGS[name];
  const value = values[name];
  return typeof value === 'number' && setting.kind === 'integer' ? value * (MILLISECONDS[setting.unit] ?? 1) : Number.NaN;
}
