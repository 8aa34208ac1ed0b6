/** XML in and out, as S3 speaks it. Values stay text: a key such as `007` is never taken for a number. */
import { XMLBuilder, XMLParser } from 'fast-xml-parser';
import { S3Error } from './error.ts';

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
/** Elements that may stand more than once. */
const REPEATED: ReadonlySet<string> = new Set(['Object', 'Part', 'TopicConfiguration', 'QueueConfiguration', 'Event', 'FilterRule']);

const parser = new XMLParser({
  parseTagValue: false,
  trimValues: false,
  ignoreAttributes: true,
  ignoreDeclaration: true,
  htmlEntities: true,
  isArray: (name) => REPEATED.has(name),
});
const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@' });

/** What an element holds: text, children by name, or several of them. */
export type XmlNode = string | XmlElement | readonly XmlNode[];
export interface XmlElement {
  readonly [name: string]: XmlNode | undefined;
}

/** @returns the children of the root element. @throws S3Error `MalformedXML` when it is not XML, or has another root. */
export function parseXml(text: string, root: string): XmlElement {
  let document: Record<string, XmlNode>;
  try {
    document = parser.parse(text, true) as Record<string, XmlNode>;
  } catch {
    throw new S3Error('MalformedXML');
  }
  const found = document[root];
  if (found === undefined) throw new S3Error('MalformedXML');
  return element(found);
}

/** The node's children; none for plain text. */
export function element(node: XmlNode | undefined): XmlElement {
  return typeof node === 'object' && !Array.isArray(node) ? (node as XmlElement) : {};
}

export function elements(node: XmlNode | undefined): readonly XmlElement[] {
  return Array.isArray(node) ? (node as readonly XmlNode[]).map(element) : node === undefined ? [] : [element(node)];
}

/** The node's text, or undefined where there is none. */
export function text(node: XmlNode | undefined): string | undefined {
  return typeof node === 'string' ? node : undefined;
}

export function buildXml(root: string, content: Readonly<Record<string, unknown>>, namespace = true): string {
  const body: string = builder.build({ [root]: namespace ? { '@xmlns': NAMESPACE, ...content } : content });
  // A bare carriage return would be read back as a line feed.
  return `<?xml version="1.0" encoding="UTF-8"?>\n${body.replaceAll('\r', '&#13;')}`;
}
