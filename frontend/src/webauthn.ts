// What the server says about passkeys in JSON, asked of the browser, and its answer in JSON again (WebAuthn level 2 and 3).
import { toBytes, toText } from "./bytes.ts";

export interface Options extends Record<string, unknown> {
  challenge: string;
  user?: { id: string };
  allowCredentials?: { id: string }[];
  excludeCredentials?: { id: string }[];
}

/** Ask the browser to make a passkey, or to sign with one; rejects when the reader refuses or has none. */
export async function ask(kind: "create" | "get", told: Options): Promise<PublicKeyCredential> {
  const ids = (list: { id: string }[] = []) => list.map((one) => ({ ...one, id: toBytes(one.id), type: "public-key" as const }));
  const options = {
    ...told,
    challenge: toBytes(told.challenge),
    ...(told.user && { user: { ...told.user, id: toBytes(told.user.id) } }),
    ...(told.allowCredentials && { allowCredentials: ids(told.allowCredentials) }),
    ...(told.excludeCredentials && { excludeCredentials: ids(told.excludeCredentials) }),
  } as unknown;
  const found =
    kind === "create"
      ? await navigator.credentials.create({ publicKey: options as PublicKeyCredentialCreationOptions })
      : await navigator.credentials.get({ publicKey: options as PublicKeyCredentialRequestOptions });
  return found as PublicKeyCredential;
}

/** What the browser answered, in the JSON form of WebAuthn level 3, which older browsers cannot write themselves. */
export function plain(credential: PublicKeyCredential): string {
  const answer = credential.response as AuthenticatorAttestationResponse & AuthenticatorAssertionResponse;
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"] as const;
  const response: Record<string, string> = {};
  for (const part of parts) if (answer[part]) response[part] = toText(answer[part]);
  const { id, rawId, type } = credential;
  return JSON.stringify({ id, rawId: toText(rawId), type, response, clientExtensionResults: credential.getClientExtensionResults() });
}
