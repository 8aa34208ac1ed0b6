import { describe, expect, test } from 'vitest';
import { resource, resources, synthesize } from './synthesized.ts';

describe('the budget', () => {
  test('is there only where it is asked for', () => {
    expect(resources(synthesize().core, 'aws_budgets_budget')).toEqual({});
  });

  test('mails before and when the month costs more, for what bears the project’s tag', () => {
    const { core } = synthesize({ budget: { monthlyUsd: 250, emails: ['ops@example.org'] } });
    const budget = resource(core, 'aws_budgets_budget');
    expect(budget).toMatchObject({ budget_type: 'COST', time_unit: 'MONTHLY', limit_amount: '250', limit_unit: 'USD' });
    const tags = core.provider.aws[0]?.['default_tags'] as [{ tags: Record<string, string> }];
    expect(budget['cost_filter']).toEqual([{ name: 'TagKeyValue', values: [`user:Project$${tags[0].tags['Project']}`] }]);
    const mails = budget['notification'] as { notification_type: string; threshold: number; subscriber_email_addresses: string[] }[];
    expect(mails.map(({ notification_type, threshold }) => `${notification_type} ${threshold}`)).toEqual([
      'FORECASTED 100',
      'ACTUAL 80',
      'ACTUAL 100',
    ]);
    for (const mail of mails) expect(mail.subscriber_email_addresses).toEqual(['ops@example.org']);
  });
});
