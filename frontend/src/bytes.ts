// Bytes as base64url without padding (RFC 4648, section 5), the spelling of WebAuthn's JSON forms.

export function toText(bytes: ArrayBuffer): string {
  const octets = String.fromCharCode(...new Uint8Array(bytes));
  return btoa(octets).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export function toBytes(text: string): Uint8Array<ArrayBuffer> {
  const octets = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(octets, (one) => one.charCodeAt(0));
}
