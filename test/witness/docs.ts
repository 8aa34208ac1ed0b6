/** The witnesses as a page of the docs, made from the same data that the suites run by. */
import { WITNESSES } from './all.ts';

/** @returns docs/witnesses.md */
export function witnessesDoc(): string {
  const parts = WITNESSES.map(({ name, version, has, differences }) => {
    const rows = Object.entries(differences).map(([at, reason]) => `| ${at} | ${reason} |`);
    const abilities = [...has].toSorted().map((ability) => `\`${ability}\``);
    return `## ${name} ${version}

It has ${abilities.join(', ')}; cases that need more are skipped.

| case | what it does otherwise than AWS |
| --- | --- |
${rows.join('\n')}`;
  });
  return `# Witnesses

<!-- Made by \`npm run docs\` from test/witness/; a test compares the two. -->

What we believe of AWS is checked by emulators that we did not write. \`npm run test:witness\` installs them under \`.logferry/witness/\`, starts each as a process of its own
on the loopback interface, and runs in it the contract suites (\`test/contract/*.case.ts\`) and the flow suites (\`test/flow/*.case.ts\`, with real worker processes) that also run in our
own emulator in \`npm test\`.

- A case declares what it needs: \`trust\` (trust policies are evaluated), \`limits\` (the limits of CloudWatch Logs and STS are enforced), \`accounts\` (each account's groups are its
  own, chosen by the access key), \`faults\` (it may stand behind our fault proxy), \`tables\` (it has DynamoDB). A witness without it skips the case.
- A case that a witness is known to fail is listed below with its reason, and skipped; \`-- --recheck\` runs them to see whether the reason still holds.
- How many cases ran and were skipped is compared with \`test/witness/expected.json\`, so that no suite can shrink unseen; \`-- --update\` accepts new numbers.
- A witness that cannot be had on a machine is skipped with its reason; with \`REQUIRE_WITNESS=all\` it fails instead. LocalStack needs Python 3.13 or later, and Java and Maven for its
  DynamoDB; the others need that Python alone.

Trust policies, and the policies of queues and topics that let S3 and SNS in, are asked by ministack alone. No witness enforces the limits: those are checked in our own emulator
only, which was written from AWS's documentation.

${parts.join('\n\n')}
`;
}
