/** What gateways and devices have beyond the common registry: a new secret, a new box. */
import { Type } from 'typebox';
import { viewerIn } from '../authentication.ts';
import type { Context } from '../context.ts';
import { viewOf } from '../registry-view.ts';
import { answers, Id } from '../schemas/basics.ts';
import { DeviceShape, GatewayShape, SecretShape, TokenInput, TokenShape } from '../schemas/registry.ts';
import { change, type Api } from './api.ts';
import { demandScope, findEntry, newSecret } from './registry-routes.ts';
import type { RegistryItem } from '#domain/registry.ts';

export function gatewayRoutes(app: Api, context: Context): void {
  const secretSchema = {
    tags: ['gateways'],
    summary: 'Rotate the secret; the old one is refused from now on, the new one is shown this once',
    params: Type.Object({ id: Id }),
    response: answers(200, SecretShape, 'The new secret'),
  };
  const secretOptions = { config: { right: 'change-gateways' as const }, schema: secretSchema };
  app.post('/gateways/:id/secret', secretOptions, async (request) => {
    const { id } = request.params;
    findEntry(context, viewerIn(request), 'gateways', id);
    const secret = newSecret(context);
    const items: RegistryItem[] = [{ op: 'secret', id, secretHmac: context.secretHmac(secret), row: 1 }];
    demandScope(context, request, items);
    return change(context, request, items, () => ({ id, secret }));
  });

  tokenRoutes(app, context);

  const replaceSchema = {
    tags: ['devices'],
    summary: 'A new box at the same place: the device keeps its id, points and history',
    params: Type.Object({ id: Id }),
    body: Type.Object(
      { serial: Type.String({ minLength: 1, maxLength: 64 }) },
      { additionalProperties: false },
    ),
    response: answers(200, DeviceShape, 'The device as it is now'),
  };
  const replaceOptions = { config: { right: 'change-registry' as const }, schema: replaceSchema };
  app.post('/devices/:id/replace', replaceOptions, async (request) => {
    const { id } = request.params;
    findEntry(context, viewerIn(request), 'devices', id);
    const items: RegistryItem[] = [{ op: 'replace', id, serial: request.body.serial, row: 1 }];
    demandScope(context, request, items);
    return change(context, request, items, () =>
      viewOf(context.city, 'devices', findEntry(context, viewerIn(request), 'devices', id)),
    );
  });
}

/** A ThingsBoard device has one credential, its token, sent as user name: it stands for one gateway. */
function tokenRoutes(app: Api, context: Context): void {
  const config = { right: 'change-gateways' as const };
  const params = Type.Object({ id: Id });
  const given = {
    tags: ['gateways'],
    summary: 'Give it a ThingsBoard token, or take over the one it has; an old one is refused from now on',
    params,
    body: Type.Union([TokenInput, Type.Null()]),
    response: answers(200, TokenShape, 'The token'),
  };
  app.post('/gateways/:id/token', { config, schema: given }, async (request) => {
    const { id } = request.params;
    findEntry(context, viewerIn(request), 'gateways', id);
    const token = request.body?.token ?? newSecret(context);
    const items: RegistryItem[] = [{ op: 'token', id, tokenHmac: context.secretHmac(token), row: 1 }];
    demandScope(context, request, items);
    return change(context, request, items, () => ({ id, token }));
  });
  const revoked = {
    tags: ['gateways'],
    summary: 'Take its ThingsBoard token away; connections that rest on it are closed',
    params,
    response: answers(200, GatewayShape, 'The gateway as it is now'),
  };
  app.post('/gateways/:id/token/revoke', { config, schema: revoked }, async (request) => {
    const { id } = request.params;
    findEntry(context, viewerIn(request), 'gateways', id);
    const items: RegistryItem[] = [{ op: 'token', id, tokenHmac: null, row: 1 }];
    demandScope(context, request, items);
    return change(context, request, items, () =>
      viewOf(context.city, 'gateways', findEntry(context, viewerIn(request), 'gateways', id)),
    );
  });
}
