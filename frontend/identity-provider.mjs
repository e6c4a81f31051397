// An OpenID Connect provider for the tests: oidc-provider, which has nothing to do with the library that Paraph uses.
// node identity-provider.mjs REDIRECT_URI… ; writes its address in one line, serves until its input ends.
// Whoever signs in types the claims that the provider shall confirm, as JSON with at least "sub".
import http from "node:http";
import { Provider } from "oidc-provider";

// Whoever started it holds the other end of its input, and takes it along when it goes.
process.stdin.resume().on("end", () => process.exit(0));

const accounts = new Map();
const page = (uid) =>
  `<!doctype html><html lang="en"><title>Provider</title><h1>Provider</h1><form method="post" action="/interaction/${uid}">` +
  `<label>Claims <input name="claims"></label><button>Confirm</button><button name="no" value="1">Refuse</button></form></html>`;

const server = http.createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://localhost:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: "paraph",
        client_secret: "a secret of the tests",
        redirect_uris: process.argv.slice(2),
        response_types: ["code"],
        grant_types: ["authorization_code"],
      },
    ],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "groups"] },
    scopes: ["openid", "email", "profile"],
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    cookies: { keys: ["only for tests"] },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ ...accounts.get(id), sub: id }) }),
    // Nobody is asked for consent: what is asked for is given.
    async loadExistingGrant(ctx) {
      const grant = new provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
      grant.addOIDCScope("openid email profile");
      await grant.save();
      return grant;
    },
    ttl: { Grant: 3600, Interaction: 3600, Session: 3600, AccessToken: 600, AuthorizationCode: 60, IdToken: 600 },
  });
  provider.use(async (ctx, next) => {
    if (!ctx.path.startsWith("/interaction/")) return next();
    if (ctx.method === "GET") {
      ctx.type = "html";
      ctx.body = page(ctx.path.split("/")[2]);
      return;
    }
    const chunks = [];
    for await (const chunk of ctx.req) chunks.push(chunk);
    const told = new URLSearchParams(Buffer.concat(chunks).toString());
    ctx.respond = false;
    if (told.get("no")) {
      const result = { error: "access_denied", error_description: "refused" };
      return provider.interactionFinished(ctx.req, ctx.res, result, { mergeWithLastSubmission: false });
    }
    const claims = JSON.parse(told.get("claims"));
    accounts.set(claims.sub, claims);
    await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: claims.sub } });
  });
  server.on("request", provider.callback());
  console.log(issuer);
});
