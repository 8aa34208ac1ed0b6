/** What ministack does otherwise than AWS, by case. */
export const differences: Readonly<Record<string, string>> = {
  'sqs: cannot change the visibility of a deleted message; deleting it again succeeds':
    'it refuses the second delete, where AWS documents that an old receipt handle succeeds',
  'sts trust: refuses an inherited transitive tag that is passed again, and takes others': 'it does not know which tags are transitive',
  'sts trust: lets a tag that is not transitive count for the next hop, and no further': 'its sessions inherit no tags',
  'sts trust: needs sts:TagSession in the trust policy also where tags are only inherited': 'its sessions inherit no tags',
  'sts trust: refuses a wrong ExternalId in the same words as a role that does not exist':
    'where the role does not exist its words leave the caller out',
  'sts trust: refuses a missing ExternalId in the same words as a role that does not exist':
    'where the role does not exist its words leave the caller out',
  'logs: finds across the streams of a group, by name, prefix, time and term': 'FilterLogEvents ignores logStreamNamePrefix',
  'logs: pages through what it finds': 'FilterLogEvents cuts at the limit and gives no token for the rest',
  'logs: tells a group that does not exist from a stream that does not': 'its words name the group, where those of AWS do not',
  'logs: refuses a batch that is not in the order of time': 'it takes it',
  'logs trust: lets a session do what its role allows, and tells it nothing of the rest':
    'it asks whether the role may put to the group itself, where AWS asks for the stream',
};
