/** Facts reach every listener, and a listener's failure reaches nobody: neither the other listeners nor the step that told the fact. */
import { once } from 'node:events';
import { expect, test, vi } from 'vitest';
import { Observer } from '../../../worker/observe/events.ts';

test('each listener is told each fact of its name, in order', () => {
  const observer = new Observer();
  const told: string[] = [];
  observer
    .on('message:delete', ({ messageId }) => told.push(`one ${messageId}`))
    .on('message:delete', ({ messageId }) => told.push(`two ${messageId}`));
  observer.on('message:admit', () => told.push('another'));
  observer.emit('message:delete', { messageId: 'a' });
  observer.emit('message:delete', { messageId: 'b' });
  expect(told).toEqual(['one a', 'two a', 'one b', 'two b']);
});

test('a fact that nobody listens for is told all the same', () => {
  expect(() =>
    new Observer().emit('balance:open', {
      tenant: 't',
      bucket: 'b',
      key: 'k',
      read: 2,
      accepted: 1,
      filtered: 0,
      quarantined: 0,
      rejected: 0,
    }),
  ).not.toThrow();
});

test('a listener that throws touches neither the emitter nor the others, and is warned of', async () => {
  const observer = new Observer();
  const after = vi.fn<() => void>();
  observer.on('worker:drain', () => {
    throw new Error('the disk is full');
  });
  observer.on('worker:drain', after);
  const warned = once(process, 'warning');
  expect(() => observer.emit('worker:drain', { reason: 'SIGTERM', held: 0 })).not.toThrow();
  expect(after).toHaveBeenCalledOnce();
  expect(String((await warned)[0])).toContain('an observer of worker:drain failed: Error: the disk is full');
});
