import assert from "node:assert/strict";
import test from "node:test";
import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from "@hpke/core";
import { decode, encode } from "./base64.ts";
import { bytes, digest } from "./canonical.ts";
import { type Envelope, receiptCode, seal } from "./field-envelope.ts";

const suite = new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
const payload = { v: 1, act: "sign", name: "Jan 🛩" };
const ECDSA = { name: "ECDSA", hash: "SHA-256" };

async function phone() {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
  const server = await suite.kem.generateKeyPair();
  const key = { id: "1", public: encode(new Uint8Array(await suite.kem.serializePublicKey(server.publicKey))) };
  return { pair, server, key, device: { id: "0195f3a0-0000-7000-8000-00000000000d", key: pair.privateKey } };
}

async function header({ sealed, signature: _signature, ...told }: Envelope) {
  return bytes({ ...told, sealed_digest: await digest(decode(sealed)) });
}

test("only the server opens it, and only under its own id and device", async () => {
  const { server, key, device } = await phone();
  const { envelope } = await seal(payload, device, { number: 0, previous: "" }, key);
  const whole = decode(envelope.sealed);
  const opened = async (info: string) => {
    const context = await suite.createRecipientContext({ recipientKey: server.privateKey, enc: whole.slice(0, 65).buffer, info: new TextEncoder().encode(info).buffer });
    return new TextDecoder().decode(await context.open(whole.slice(65).buffer));
  };
  assert.deepEqual(JSON.parse(await opened(`paraph/capture/1|${envelope.id}|${device.id}`)), payload);
  await assert.rejects(opened(`paraph/capture/1|${envelope.id}|another`));
});

test("the device signs a header that names number, place in the chain, key and what was sealed", async () => {
  const { pair, key, device } = await phone();
  const first = await seal(payload, device, { number: 0, previous: "" }, key);
  const second = await seal(payload, device, first.chain, key);
  assert.deepEqual([first.envelope.number, first.envelope.previous, second.envelope.number], [1, "", 2]);
  assert.equal(second.envelope.previous, await digest(await header(first.envelope)));
  const good = (envelope: Envelope, text: Uint8Array<ArrayBuffer>) => crypto.subtle.verify(ECDSA, pair.publicKey, decode(envelope.signature), text);
  assert.ok(await good(second.envelope, await header(second.envelope)));
  assert.equal(await good(second.envelope, await header({ ...second.envelope, number: 3 })), false);
  assert.equal(second.code, await receiptCode(await header(second.envelope)));
});

test("the receipt code is 40 bits of the header's digest in letters that nobody misreads", async () => {
  // SHA-256 of "abc" begins ba7816bf8f.
  assert.equal(await receiptCode(new TextEncoder().encode("abc")), "Q9W1-DFWF");
});
