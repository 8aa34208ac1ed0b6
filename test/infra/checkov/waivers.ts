/** What checkov finds and we mean: by its check, the resources it may be found at, and why. A waiver that nothing needs any more fails the test. */
export interface Waiver {
  readonly check: string;
  /** Of the resource's address in Terraform. Missing: all. */
  readonly resource?: RegExp;
  readonly reason: string;
}

export const WAIVERS: readonly Waiver[] = [
  {
    check: 'CKV_AWS_144',
    reason:
      'no copy of a bucket in another region: objects are a queue of some weeks, and each of their lines is in the customer’s account already',
  },
  {
    check: 'CKV_AWS_18',
    reason:
      'no access log of the buckets: it would cost a log object for every few of ours; who needs one has CloudTrail’s data events, for chosen prefixes',
  },
  {
    check: 'CKV2_AWS_62',
    resource: /quarantine/,
    reason: 'the quarantine tells nobody of its objects: what is put there must not come back as a new object to deliver',
  },
  {
    check: 'CKV_AWS_61',
    resource: /central-role|writer-role/,
    reason:
      'their trust names an account or roles, under conditions; the check looks at the word `AWS` alone. test/cdktf/least-privilege.test.ts says who is trusted',
  },
  {
    check: 'CKV_AWS_116',
    reason:
      'the function’s messages come from SQS, whose queue has dead letters of its own; the setting is for asynchronous calls, and there are none',
  },
  {
    check: 'CKV_AWS_117',
    reason: 'the function is in no VPC: it needs the internet, to the customers’ regions, and nothing of a network of ours',
  },
  { check: 'CKV_AWS_272', reason: 'AWS has code signing for zip files only; the image’s tag is immutable' },
  { check: 'CKV_AWS_173', reason: 'the environment holds names and limits, no secret; Lambda encrypts it with its own key' },
  { check: 'CKV_AWS_297', reason: 'the schedule’s input is the word "sweep"; AWS encrypts it with its own key' },
  {
    check: 'CKV_AWS_338',
    reason:
      'the worker’s own log is for operators: 30 days by default, `retention.workerLogDays` changes it; customers’ logs are in their accounts',
  },
  {
    check: 'CKV2_AWS_11',
    reason:
      'no flow log of the VPC: only our tasks are in it, nothing but Prometheus can reach them, and each byte that they put would be logged once more; the output vpc_id is for those who must have one',
  },
  {
    check: 'CKV_AWS_394',
    reason:
      'the list of zones is read once, when a subnet is made: the subnets ignore later changes of their zone, and zones without Fargate are left out by id',
  },
];
