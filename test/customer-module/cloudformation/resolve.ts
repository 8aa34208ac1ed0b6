/**
 * What CloudFormation makes of the template for given parameters, as far as the template asks: parameters checked, rules, conditions, functions. Pure, so that every test run
 * sees the documents that a customer gets; an emulator's CloudFormation confirms it in test/ends.
 */
import type { Parameter, Resource, Template } from './template.ts';

export interface Place {
  readonly account: string;
  readonly region: string;
  readonly stack: string;
}

export interface Resolved {
  readonly resources: Readonly<Record<string, Resource>>;
  readonly outputs: Readonly<Record<string, string>>;
}

export type Values = Readonly<Record<string, string>>;

/** @param values as a customer types them. @throws Error with each fault that CloudFormation would refuse the stack for. */
export function resolve(template: Template, values: Values, place: Place): Resolved {
  const faults = parameterFaults(template, values);
  if (faults.length > 0) throw new Error(faults.join('\n'));
  const stack = new Stack(template, values, place);
  const broken = stack.brokenRules();
  if (broken.length > 0) throw new Error(broken.join('\n'));
  const made = Object.entries(template.Resources).filter(([, { Condition }]) => Condition === undefined || stack.holds(Condition));
  return {
    resources: Object.fromEntries(made.map(([name, resource]) => [name, stack.value(resource) as Resource])),
    outputs: Object.fromEntries(Object.entries(template.Outputs).map(([name, { Value }]) => [name, String(stack.value(Value))])),
  };
}

/** @returns `<name> <constraint>` of each value that is refused. */
export function parameterFaults({ Parameters }: Template, values: Values): string[] {
  const unknown = Object.keys(values).filter((name) => Parameters[name] === undefined);
  const wrong = Object.entries(Parameters).filter(([name, parameter]) => !takes(parameter, values[name]));
  return [
    ...unknown.map((name) => `${name} is no parameter`),
    ...wrong.map(([name, { ConstraintDescription }]) => `${name} ${ConstraintDescription}`),
  ];
}

/** A pattern must match the whole value; of a list, each one's. */
function takes({ Type, Default, AllowedPattern, AllowedValues, MinValue }: Parameter, given: string | undefined): boolean {
  const value = given ?? Default;
  if (value === undefined) return false;
  const parts = Type === 'CommaDelimitedList' ? list(String(value)) : [String(value)];
  if (Type === 'Number' && !/^\d+$/.test(String(value))) return false;
  if (AllowedValues !== undefined && !AllowedValues.map(String).includes(String(value))) return false;
  if (MinValue !== undefined && Number(value) < MinValue) return false;
  return AllowedPattern === undefined || parts.every((part) => new RegExp(`^(?:${AllowedPattern})$`).test(part));
}

function list(value: string): string[] {
  return value.split(',').map((part) => part.trim());
}

const NO_VALUE = Symbol('AWS::NoValue');

class Stack {
  readonly #template: Template;
  readonly #values: Values;
  readonly #place: Place;

  constructor(template: Template, values: Values, place: Place) {
    this.#template = template;
    this.#values = values;
    this.#place = place;
  }

  brokenRules(): string[] {
    const rules = Object.values(this.#template.Rules).filter(({ RuleCondition: when }) => when === undefined || this.value(when) === true);
    const broken = rules.flatMap(({ Assertions }) => Assertions.filter(({ Assert }) => this.value(Assert) !== true));
    return broken.map(({ AssertDescription }) => AssertDescription);
  }

  holds(condition: string): boolean {
    return this.value(this.#template.Conditions[condition]) === true;
  }

  value(part: unknown): unknown {
    if (Array.isArray(part)) return part.map((one) => this.value(one)).filter((one) => one !== NO_VALUE);
    if (typeof part !== 'object' || part === null) return part;
    const entries = Object.entries(part);
    const [[name, argument] = ['', undefined]] = entries;
    const call = entries.length === 1 ? this.#functions[name] : undefined;
    if (call !== undefined) return call(argument);
    if (name.startsWith('Fn::')) throw new Error(`${name} is not known here`);
    return Object.fromEntries(entries.map(([key, one]) => [key, this.value(one)]).filter(([, one]) => one !== NO_VALUE));
  }

  readonly #functions: Readonly<Record<string, (argument: unknown) => unknown>> = {
    Ref: (name) => this.#ref(name as string),
    // A resource's own Condition is a name, and stays.
    Condition: (name) => this.holds(name as string),
    'Fn::Equals': (both) => new Set((both as unknown[]).map((one) => String(this.value(one)))).size === 1,
    'Fn::Not': (one) => this.value((one as unknown[])[0]) !== true,
    'Fn::And': (all) => (all as unknown[]).every((one) => this.value(one) === true),
    'Fn::If': (argument) => {
      const [condition, yes, no] = argument as [string, unknown, unknown];
      return this.value(this.holds(condition) ? yes : no);
    },
    'Fn::Join': (argument) => {
      const [by, parts] = argument as [string, unknown];
      return (this.value(parts) as string[]).join(by);
    },
    'Fn::GetAtt': (argument) => this.#attribute(...(argument as [string, string])),
    'Fn::Sub': (argument) => {
      const [text, more] = Array.isArray(argument) ? (argument as [string, Record<string, unknown>]) : [argument as string, {}];
      return text.replaceAll(/\$\{([^}]+)\}/g, (_, name: string) => String(this.#named(name, more)));
    },
  };

  #named(name: string, more: Readonly<Record<string, unknown>>): unknown {
    if (name in more) return this.value(more[name]);
    const [resource = '', attribute] = name.split('.');
    return attribute === undefined ? this.#ref(resource) : this.#attribute(resource, attribute);
  }

  #ref(name: string): unknown {
    const { account, region, stack } = this.#place;
    const pseudo: Readonly<Record<string, unknown>> = {
      'AWS::AccountId': account,
      'AWS::Region': region,
      'AWS::StackName': stack,
      'AWS::Partition': 'aws',
      'AWS::NoValue': NO_VALUE,
    };
    if (name in pseudo) return pseudo[name];
    const parameter = this.#template.Parameters[name];
    if (parameter === undefined) return this.#physicalName(name);
    const value = this.#values[name] ?? String(parameter.Default);
    return parameter.Type === 'CommaDelimitedList' ? list(value) : parameter.Type === 'Number' ? Number(value) : value;
  }

  /** A reference to a log group is its name. */
  #physicalName(name: string): unknown {
    const { Type, Properties } = this.#resource(name);
    if (Type !== 'AWS::Logs::LogGroup') throw new Error(`a reference to a ${Type} is not known here`);
    return this.value(Properties['LogGroupName']);
  }

  #attribute(name: string, attribute: string): string {
    const { Type, Properties } = this.#resource(name);
    if (Type !== 'AWS::IAM::Role' || attribute !== 'Arn') throw new Error(`${attribute} of a ${Type} is not known here`);
    return `arn:aws:iam::${this.#place.account}:role/${String(this.value(Properties['RoleName']))}`;
  }

  #resource(name: string): Resource {
    const resource = this.#template.Resources[name];
    if (resource === undefined) throw new Error(`${name} is neither a parameter nor a resource`);
    return resource;
  }
}
