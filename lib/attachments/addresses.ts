/** Room of attachments: which addresses belong to the public internet. Pure. */
import { BlockList, isIP } from 'node:net';

/** Not global unicast, by the IANA registries of special-purpose addresses (RFC 6890 and those after it). */
const special4 = listOf('ipv4', [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10], // carriers' own
  ['127.0.0.0', 8], // Lambda's runtime API is there, too
  ['169.254.0.0', 16], // metadata of the cloud
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24], // relays of 6to4
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]);

/** All global unicast; so loopback, link-local, unique local, mapped (::ffff:0:0/96) and NAT64 (64:ff9b::/96) addresses are out. */
const global6 = listOf('ipv6', [['2000::', 3]]);

/** Carry an address of version 4 within them, or are for documentation and tests. */
const special6 = listOf('ipv6', [
  ['2001::', 23], // Teredo, ORCHID
  ['2001:db8::', 32],
  ['2002::', 16], // 6to4
  ['3fff::', 20],
]);

/** Of an address in numbers; anything else is not public. */
export function isPublicAddress(address: string): boolean {
  if (address.includes('%')) return false;
  const version = isIP(address);
  if (version === 4) return !special4.check(address, 'ipv4');
  return version === 6 && global6.check(address, 'ipv6') && !special6.check(address, 'ipv6');
}

/** This machine. */
export function isLoopback(address: string): boolean {
  return loopback.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

const loopback = listOf('ipv4', [['127.0.0.0', 8]]);
loopback.addAddress('::1', 'ipv6');

function listOf(family: 'ipv4' | 'ipv6', subnets: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of subnets) list.addSubnet(network, prefix, family);
  return list;
}
