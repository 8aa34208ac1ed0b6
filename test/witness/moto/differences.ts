/** What moto does otherwise than AWS, by case. */
export const differences: Readonly<Record<string, string>> = {
  's3: leaves nothing of an aborted multipart upload': 'it answers 500 with a page of HTML where AWS answers NoSuchUpload',
  'notifications: tells of a put by the topic, with an encoded key, size, ETag and sequencer':
    'it encodes the slashes of a key, which S3 leaves as they are',
  'notifications: tells of a multipart upload once, at its end': 'it tells of it twice, as Put and as CompleteMultipartUpload',
  'notifications: sends straight to a queue what passes prefix and suffix, and nothing else':
    'it encodes the slashes of a key, which S3 leaves as they are',
  'notifications: gives later events of one key a greater sequencer': 'its events have no sequencer',
  'logs: reads a span of time: from its start, and not its end': 'GetLogEvents includes events at endTime, which AWS documents as excluded',
  'logs: finds across the streams of a group, by name, prefix, time and term': 'FilterLogEvents ignores logStreamNamePrefix',
};
