/**
 * Closes what Node's permission model leaves open in the flows' process: the network. A function node is no sandbox, so
 * this must hold for any code in the process. The editor only answers connections; nothing here ever opens one. The
 * model itself denies files, processes, workers, addons and `process.binding`, so nobody gets at the parts below these.
 */
import { Socket as DatagramSocket } from 'node:dgram';
import dns from 'node:dns';
import { Server, Socket } from 'node:net';

const denied = (): never => {
  throw Object.assign(new Error('flows open no connections (docs/node-red.md)'), {
    code: 'ERR_ACCESS_DENIED',
  });
};

/** From here on nothing in this process connects, sends, resolves or listens; what listens already goes on. */
export function sealNetwork(): void {
  seal(Server.prototype, ['listen']);
  seal(Socket.prototype, ['connect']);
  seal(DatagramSocket.prototype, ['bind', 'connect', 'send', 'addMembership']);
  for (const target of [dns, dns.promises, dns.Resolver.prototype, dns.promises.Resolver.prototype])
    seal(
      target,
      Object.getOwnPropertyNames(target).filter((name) => /^(resolve|reverse|lookup)/.test(name)),
    );
}

function seal(target: object, names: readonly string[]): void {
  for (const name of names)
    Object.defineProperty(target, name, { value: denied, writable: false, configurable: false });
}
