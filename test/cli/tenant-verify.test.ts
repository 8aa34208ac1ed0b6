/** `tenant verify` of a tenant whose side is right, and of one whose role, trust or permissions are not: named, and mended by what is printed. */
import { expect, test } from 'vitest';
import { withOperator } from './operator.ts';
import { ALL_GREEN, makeCustomer, runVerify, verify } from './verifying.ts';

const operator = withOperator();

test('all is green where the worker can deliver; their role may not read, as it should be', async () => {
  const { tenant } = await makeCustomer(operator());
  const { code, outcomes, check } = await verify(operator());
  expect(outcomes).toEqual(ALL_GREEN);
  expect(check('read back').reason).toBe('their role may not read, as it should be');
  expect(code).toBe(0);
  const lines = operator().local.logs.events(tenant.account, 'us-east-1', tenant.group, 'logferry-verify');
  expect(lines.map(({ message }) => JSON.parse(message) as object)).toMatchObject([
    { logferry: 'verify', tenant_id: 'acme' },
    { logferry: 'verify', tenant_id: 'acme' },
  ]);
});

test('people read a table, and what stands below it', async () => {
  await makeCustomer(operator());
  const { code, stdout } = await runVerify(operator(), ['acme']);
  expect(stdout).toMatch(/hop 2 +green +their role lets us in with the ExternalId, and not without/);
  expect(stdout).toMatch(/acme: the worker can deliver\.\n$/);
  expect(code).toBe(0);
});

test('for what is red they read who must act, the statement, and what AWS said', async () => {
  const customer = await makeCustomer(operator());
  await customer.setPermissions({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 'logs:CreateLogStream', Resource: '*' } });
  const { code, stdout } = await runVerify(operator(), ['acme']);
  expect(stdout).toMatch(/^put +red +their role CustomerLogDistribution lacks the permission logs:PutLogEvents on /m);
  expect(stdout).toMatch(/^retention +skipped +needs put$/m);
  expect(stdout).toMatch(/^put: AWS says: AccessDeniedException: User: .* is not authorized to perform: logs:PutLogEvents/m);
  expect(stdout).toMatch(/^put: the customer must act: add this statement to the permissions of CustomerLogDistribution\.\n\{/m);
  expect(stdout).toMatch(/acme: the worker cannot deliver\.\n$/);
  expect(code).toBe(1);
});
