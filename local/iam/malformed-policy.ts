/** A policy document that is refused when it is put. Its message names the place, and what was expected there. */

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html#API_CreateRole_Errors, `MalformedPolicyDocument` */
export class MalformedPolicy extends Error {
  /** @param place such as `Statement[0].Condition.StringEquals`; empty for the document as a whole. */
  constructor(place: string, problem: string) {
    super(place === '' ? problem : `${place}: ${problem}`);
    this.name = 'MalformedPolicy';
  }
}
