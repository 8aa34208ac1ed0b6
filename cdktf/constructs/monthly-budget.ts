/**
 * Mail when the project's month costs, or will cost, more than it may in this account. It stops nothing. It sees the tags of the bill only once they are activated there as
 * cost allocation tags: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/activating-tags.html
 */
import { BudgetsBudget, type BudgetsBudgetNotification } from '@cdktf/provider-aws/lib/budgets-budget/index.js';
import { Construct } from 'constructs';
import type { Environment } from '../config.ts';
import type { Names } from '../names.ts';

export interface MonthlyBudgetProps {
  readonly names: Names;
  readonly environment: Environment;
  readonly budget: NonNullable<Environment['budget']>;
}

export class MonthlyBudget extends Construct {
  constructor(scope: Construct, id: string, { names, environment, budget }: MonthlyBudgetProps) {
    super(scope, id);
    const mail = (notificationType: 'ACTUAL' | 'FORECASTED', threshold: number): BudgetsBudgetNotification => ({
      notificationType,
      threshold,
      thresholdType: 'PERCENTAGE',
      comparisonOperator: 'GREATER_THAN',
      subscriberEmailAddresses: budget.emails,
    });
    new BudgetsBudget(this, 'budget', {
      name: names.of('monthly'),
      budgetType: 'COST',
      timeUnit: 'MONTHLY',
      limitAmount: String(budget.monthlyUsd),
      limitUnit: 'USD',
      // All environments of the project in this account: several values of one filter are joined by "or", so a second tag would only widen it.
      costFilter: [{ name: 'TagKeyValue', values: [`user:Project$${environment.project}`] }],
      // A forecast needs some five weeks of bills.
      notification: [mail('FORECASTED', 100), mail('ACTUAL', 80), mail('ACTUAL', 100)],
    });
  }
}
