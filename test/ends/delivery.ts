/** The real worker delivers into what a customer has made, and every call of it is judged by the roles as they were made. For whatever made them. */
import type { RoleSpec } from '../../local/iam/role.ts';
import { putRow, type TenantSide } from '../../local/provision/tenant.ts';
import { judge, type Judgement } from '../infra/allowed.ts';
import { readRole } from '../infra/applied-roles.ts';
import type { Recorder } from '../infra/calls.ts';
import { CENTRAL_ACCOUNT } from '../infra/emulator/moto.ts';
import { keyOf, ndjson, type Stage } from '../support/stage.ts';

/** Keys of moto's own account, the central one. */
export const ROOT = { accessKeyId: 'test', secretAccessKey: 'test' };

/** What the template and the module hand on alike. */
export interface Handshake {
  readonly version: number;
  readonly tenant_id: string;
  readonly role_arn: string;
  readonly region: string;
  readonly external_id: string;
  readonly log_groups: Readonly<Record<string, string>>;
}

export interface Delivery {
  readonly stage: Stage;
  /** Between the worker and moto. */
  readonly recorder: Recorder;
  readonly tenant: TenantSide;
  readonly customerRole: () => Promise<RoleSpec>;
}

/** @returns how the worker ended and what its calls came to, once its lines are there. @throws when they do not come. */
export async function deliver({ stage, recorder, tenant, customerRole }: Delivery): Promise<Judgement & { readonly end: unknown }> {
  await putRow(stage.central, tenant);
  const worker = stage.worker({ AWS_ENDPOINT_URL: recorder.endpoint });
  await worker.ready();
  const lines = ['one line', 'another line', 'the last line'];
  await stage.upload(keyOf(tenant.id), ndjson(lines));
  await stage.expectMessages(tenant, lines);
  const end = await worker.stop();
  const judgement = judge(recorder.calls, {
    roles: [await readRole(stage.central.cloud, stage.central.roleArn, ROOT), await customerRole()],
    sessions: new Map(),
    administrators: new Map([[ROOT.accessKeyId, CENTRAL_ACCOUNT]]),
    keys: new Map(),
  });
  return { ...judgement, end };
}
