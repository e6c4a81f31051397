// A capture, sealed: encrypted to the server's key (HPKE, RFC 9180), numbered, and signed by this device's key.
// What `paraph.capture.envelopes` opens and checks. Pure: nothing is stored here.
import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from "@hpke/core";
import { decode, encode } from "./base64.ts";
import { bytes, digest, type Json } from "./canonical.ts";

const VERSION = 1;
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // Crockford's: nothing that is read as something else
const CODE_CHARS = 8;

/** Where the device's chain stands: the number of its last envelope (0: none yet) and the digest of that one's header. */
export interface Chain {
  number: number;
  previous: string;
}
export interface Envelope {
  v: number;
  id: string;
  device: string;
  number: number;
  previous: string;
  key: string;
  sealed: string;
  signature: string;
}
/** The server's public key (P-256, raw point in base64) and its name. */
export interface ServerKey {
  id: string;
  public: string;
}
export interface Device {
  id: string;
  key: CryptoKey;
}
export interface Sealed {
  envelope: Envelope;
  chain: Chain;
  code: string;
}

/** Seal a payload as the next envelope of the chain; `write` gets the receipt code, which is known before the text is sealed. */
export async function seal(payload: Json, device: Device, chain: Chain, server: ServerKey): Promise<Sealed> {
  const id = crypto.randomUUID();
  const number = chain.number + 1;
  const sealed = await encrypt(bytes(payload), `paraph/capture/1|${id}|${device.id}`, server.public);
  const common = { v: VERSION, id, device: device.id, number, previous: chain.previous, key: server.id };
  const header = bytes({ ...common, sealed_digest: await digest(sealed) });
  const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, device.key, header);
  return {
    envelope: { ...common, sealed: encode(sealed), signature: encode(new Uint8Array(signature)) },
    chain: { number, previous: await digest(header) },
    code: await receiptCode(header),
  };
}

/** What the customer sees at once, and finds in the receipt later: `XXXX-XXXX`, 40 bits of the header's digest. */
export async function receiptCode(header: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", header));
  let bits = 0n;
  for (const octet of hash.subarray(0, 5)) bits = (bits << 8n) | BigInt(octet);
  const text = Array.from({ length: CODE_CHARS }, (_, at) => ALPHABET[Number((bits >> BigInt(35 - 5 * at)) & 31n)]).join("");
  return `${text.slice(0, 4)}-${text.slice(4)}`;
}

async function encrypt(text: Uint8Array<ArrayBuffer>, info: string, key: string): Promise<Uint8Array<ArrayBuffer>> {
  const suite = new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
  const recipientPublicKey = await suite.kem.deserializePublicKey(decode(key).buffer);
  const context = await suite.createSenderContext({ recipientPublicKey, info: new TextEncoder().encode(info).buffer });
  const cipher = await context.seal(text.buffer);
  const whole = new Uint8Array(context.enc.byteLength + cipher.byteLength);
  whole.set(new Uint8Array(context.enc));
  whole.set(new Uint8Array(cipher), context.enc.byteLength);
  return whole;
}
