/** How many messages come: the shapes that the simulation is run with. Pure; times are seconds. */

const HOUR = 3600;
const BURST = 50;
const BURST_SECONDS = 600;

export interface Shape {
  readonly name: string;
  readonly hours: number;
  /** Messages a second, on average. */
  readonly rate: (seconds: number) => number;
  /** Share of one tenant, whose surplus goes to the overflow queue. */
  readonly noisy: number;
}

/** @param messages a second, of an environment's usual day. */
export function shapes(messages: number): readonly Shape[] {
  const burst = (from: number) => (seconds: number) =>
    seconds >= from && seconds < from + BURST_SECONDS ? (messages / 10) * BURST : messages / 10;
  const silent = burst(10 * HOUR);
  return [
    { name: 'steady', hours: 24, noisy: 0, rate: () => messages },
    // From a tenth of its peak at night to twice the usual at noon.
    { name: 'daily', hours: 48, noisy: 0, rate: (seconds) => messages * (1.05 - 0.95 * Math.cos((2 * Math.PI * seconds) / (24 * HOUR))) },
    { name: 'burst', hours: 8, noisy: 0.5, rate: burst(2 * HOUR) },
    // Quiet from the second hour on, but for one burst.
    { name: 'silence', hours: 24, noisy: 0, rate: (seconds) => (seconds < 2 * HOUR || silent(seconds) > messages ? silent(seconds) : 0) },
  ];
}
