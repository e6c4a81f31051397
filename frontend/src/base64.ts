// Bytes as base64 with padding (RFC 4648, section 4), also where they are many: a spread of a megabyte overflows the stack.
const STEP = 0x8000;

export function encode(bytes: Uint8Array): string {
  let octets = "";
  for (let at = 0; at < bytes.length; at += STEP) octets += String.fromCharCode(...bytes.subarray(at, at + STEP));
  return btoa(octets);
}

export function decode(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
}
