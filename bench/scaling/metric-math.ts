/**
 * Evaluates CloudWatch's metric math as far as our policies and alarms use it: + - * /, comparisons, AND, OR, IF, FILL and DIFF. Anything else is an error, never a
 * guess. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */

import { choose, diff, MetricMathError, pointwise, repeat, series, type Series, type Value } from './series.ts';

type Variables = Readonly<Record<string, Series>>;
type Compiled = (variables: Variables) => Value;
type Operation = (left: number, right: number) => number | undefined;

const truth = (yes: boolean) => (yes ? 1 : 0);
/** From the loosest to the tightest. */
const LEVELS: readonly Readonly<Record<string, Operation>>[] = [
  { OR: (a, b) => truth(a !== 0 || b !== 0) },
  { AND: (a, b) => truth(a !== 0 && b !== 0) },
  {
    '>': (a, b) => truth(a > b),
    '>=': (a, b) => truth(a >= b),
    '<': (a, b) => truth(a < b),
    '<=': (a, b) => truth(a <= b),
    '==': (a, b) => truth(a === b),
    '!=': (a, b) => truth(a !== b),
  },
  { '+': (a, b) => a + b, '-': (a, b) => a - b },
  // There is no data point where the divisor is 0.
  { '*': (a, b) => a * b, '/': (a, b) => (b === 0 ? undefined : a / b) },
];

const compiled = new Map<string, Compiled>();

/** @param minutes of the result. @throws MetricMathError when it is no expression that we know, or names an unknown series. */
export function evaluate(expression: string, variables: Variables, minutes: number): Series {
  let run = compiled.get(expression);
  if (run === undefined) {
    run = new Parser(expression).whole();
    compiled.set(expression, run);
  }
  const value = run(variables);
  return typeof value === 'number' ? Array.from({ length: minutes }, () => value) : value;
}

class Parser {
  readonly #tokens: readonly string[];
  readonly #expression: string;
  #at = 0;

  constructor(expression: string) {
    this.#expression = expression;
    this.#tokens = expression.match(/[A-Za-z_]\w*|\d+(?:\.\d+)?|>=|<=|==|!=|[^\s]/g) ?? [];
  }

  whole(): Compiled {
    const result = this.#level(0);
    if (this.#at < this.#tokens.length) this.#fail();
    return result;
  }

  #level(level: number): Compiled {
    const operations = LEVELS[level];
    if (operations === undefined) return this.#operand();
    let left = this.#level(level + 1);
    for (let operation = this.#operator(operations); operation !== undefined; operation = this.#operator(operations)) {
      const [a, b, apply] = [left, this.#level(level + 1), operation];
      left = (variables) => pointwise((values) => apply(values[0] ?? 0, values[1] ?? 0), [a(variables), b(variables)]);
    }
    return left;
  }

  #operator(operations: Readonly<Record<string, Operation>>): Operation | undefined {
    const found = operations[this.#tokens[this.#at] ?? ''];
    if (found !== undefined) this.#at++;
    return found;
  }

  #operand(): Compiled {
    const token = this.#tokens[this.#at++] ?? this.#fail();
    if (token === '(') {
      const inner = this.#level(0);
      this.#expect(')');
      return inner;
    }
    if (/^\d/.test(token)) return () => Number(token);
    if (!/^[A-Za-z_]/.test(token)) this.#fail();
    if (this.#tokens[this.#at] !== '(') return (variables) => variables[token] ?? this.#fail(`no series ${token}`);
    this.#at++;
    return this.#call(token);
  }

  #call(name: string): Compiled {
    const first = this.#level(0);
    if (name === 'DIFF') {
      this.#expect(')');
      return (variables) => diff(series(first(variables)));
    }
    this.#expect(',');
    if (name === 'FILL') return this.#fill(first);
    if (name !== 'IF') this.#fail(`${name} is not known here`);
    const then = this.#level(0);
    this.#expect(',');
    const otherwise = this.#level(0);
    this.#expect(')');
    return (variables) => choose(first(variables), then(variables), otherwise(variables));
  }

  #fill(filled: Compiled): Compiled {
    const by = this.#tokens[this.#at++];
    this.#expect(')');
    if (by === 'REPEAT') return (variables) => repeat(series(filled(variables)));
    if (by === undefined || !/^\d/.test(by)) this.#fail();
    return (variables) => series(filled(variables)).map((value) => value ?? Number(by));
  }

  #expect(token: string): void {
    if (this.#tokens[this.#at++] !== token) this.#fail();
  }

  #fail(why = `not understood near token ${this.#at}`): never {
    throw new MetricMathError(`${this.#expression}: ${why}`);
  }
}
