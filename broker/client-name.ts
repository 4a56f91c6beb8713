/** Client ids as the broker keeps them: `{gateway}/{client id}`. A gateway id holds no slash, so no two collide. */

/** Longest client id taken; MQTT 3.1.1 asks for 23, cloud SDKs send up to about 150. */
export const CLIENT_ID_LENGTH_MAX = 256;

export const joinName = (gateway: string, client: string): string => `${gateway}/${client}`;

/** Gateway of a kept name; '' for a client that was refused. */
export const gatewayOfName = (name: string): string => name.slice(0, Math.max(0, name.indexOf('/')));

/** Client id as the gateway chose it. */
export const clientOfName = (name: string): string => name.slice(name.indexOf('/') + 1);
