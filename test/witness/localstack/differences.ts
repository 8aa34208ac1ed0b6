/** What localstack does otherwise than AWS, by case. */
export const differences: Readonly<Record<string, string>> = {
  'notifications: tells of a put by the topic, with an encoded key, size, ETag and sequencer':
    'it writes a space in a key as %20, where S3 encodes as forms do: +',
  'notifications: gives later events of one key a greater sequencer': 'its sequencer is always the same',
  'sqs: refuses the bad entries of a batch and takes the good ones':
    'it does not call a bad receipt handle in a batch the fault of the sender',
  'logs: reads a span of time: from its start, and not its end': 'GetLogEvents includes events at endTime, which AWS documents as excluded',
  'logs: finds across the streams of a group, by name, prefix, time and term': 'FilterLogEvents ignores logStreamNamePrefix',
};
