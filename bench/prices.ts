/**
 * AWS's list prices that our figures rest on, in USD, us-east-1, as of PRICES_AS_OF, without free tiers. Other regions cost up to half as much again.
 * https://aws.amazon.com/pricing/ has each under its service.
 */
export const PRICES_AS_OF = '2026-11';

/** AWS's own month. */
export const HOURS_PER_MONTH = 730;

export const PRICES = {
  fargateArmVcpuHour: 0.032_38,
  fargateArmGbHour: 0.003_56,
  /** Of the on-demand price; Spot's own varies by the day. */
  fargateSpotShare: 0.3,
  natHour: 0.045,
  natGb: 0.045,
  publicAddressHour: 0.005,
  interfaceEndpointHour: 0.01,
  interfaceEndpointGb: 0.01,
  kmsKeyMonth: 1,
  alarmMonth: 0.1,
  dashboardMonth: 3,
  hostedZoneMonth: 0.5,
  /** A metric of Container Insights or of a metric filter. */
  customMetricMonth: 0.3,
  logIngestionGb: 0.5,
  s3PutMillion: 5,
  s3GetMillion: 0.4,
  s3StandardGbMonth: 0.023,
  s3MonitoredObjectsMillion: 2.5,
  snsPublishMillion: 0.5,
  sqsCallMillion: 0.4,
  dynamodbWriteMillion: 0.625,
  dynamodbReadMillion: 0.125,
} as const;
