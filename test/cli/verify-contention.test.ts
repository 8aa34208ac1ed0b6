/** `tenant verify` beside others who ask at the same time: the probe role is one for all operators. */
import { afterEach, expect, it } from 'vitest';
import { standBetween } from './between.ts';
import { withOperator } from './operator.ts';
import { makeCustomer, red, verify } from './verifying.ts';

const operator = withOperator();
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const BUSY = `<ErrorResponse><Error><Type>Sender</Type><Code>ConcurrentModification</Code><Message>busy</Message></Error></ErrorResponse>`;

it('two operators at the probe role at once both find out that a role is missing', async () => {
  await makeCustomer(operator());
  await operator().put({
    ...(await operator().row('acme')),
    log_distribution_role_arn: 'arn:aws:iam::210000000999:role/CustomerLogDistribution-gone',
  });
  let updates = 0;
  const meet = async (operation: string): Promise<{ status: number; body: string } | undefined> =>
    operation === 'UpdateAssumeRolePolicy' && ++updates === 1 ? { status: 409, body: BUSY } : undefined;
  const environment = await standBetween(operator().central.cloud.endpoint, meet, closing);
  const { check } = await verify(operator(), [], { environment });
  expect(check('hop 2')).toMatchObject(
    red(['role-missing'], /there is no role arn:aws:iam::210000000999:role\/CustomerLogDistribution-gone/),
  );
  expect(updates).toBeGreaterThan(1);
});
