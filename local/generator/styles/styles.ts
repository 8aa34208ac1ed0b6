/** Which application writes in which way. Templates in code, small on purpose: real lines of any kind come by `--from`. */
import { accessLog } from './access-log.ts';
import { importJob } from './import-job.ts';
import { jsonLog } from './json-log.ts';
import { klog } from './klog.ts';
import { goService, javaService, pythonService } from './services.ts';
import type { Style } from './style.ts';

/** By what the name contains, so that `payments-api` and `web-frontend` find theirs too. */
const STYLES: readonly (readonly [RegExp, Style])[] = [
  [/kube|etcd|controller|operator/, klog],
  [/web|nginx|ingress|proxy|front/, accessLog],
  [/order|java|stock|billing/, javaService],
  [/recommend|python|model|report/, pythonService],
  [/gateway|go-|auth/, goService],
  [/import|batch|job|etl/, importJob],
  [/pay|api|json|node/, jsonLog],
];

/** @returns one style for a name that tells, else all of them. */
export function stylesOf(application: string): readonly Style[] {
  const own = STYLES.find(([name]) => name.test(application));
  return own === undefined ? STYLES.map(([, style]) => style) : [own[1]];
}
