// Accepts only deliveries that are signed with one of the secrets in
// CAKEMAIL_WEBHOOK_SECRET, separated by spaces, and answers GET /healthz.
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const largestBody = 1024 * 1024;

const secrets = (process.env.CAKEMAIL_WEBHOOK_SECRET ?? "").split(/\s+/).filter(Boolean);
if (secrets.length === 0) {
  console.error("CAKEMAIL_WEBHOOK_SECRET is not set");
  process.exit(1);
}

// Compares in constant time, so response times reveal nothing.
function verify(body, signature, secret) {
  const expected = Buffer.from(createHmac("sha256", secret).update(body).digest("base64"));
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

async function read(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > largestBody) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const limits = { requestTimeout: 10_000, connectionsCheckingInterval: 1_000 };
const server = createServer(limits, async (request, response) => {
  if (request.method === "GET" && request.url === "/healthz") {
    response.end();
    return;
  }
  // The signature covers the raw body: verify before parsing.
  const body = await read(request).catch(() => undefined);
  if (body === undefined) {
    response.writeHead(400, { connection: "close" }).end();
    return;
  }
  const headers = request.headersDistinct;
  const signature = headers["x-cakemail-signature"]?.[0] || headers["x-signature"]?.[0] || "";
  if (!secrets.some((secret) => verify(body, signature, secret))) {
    console.log(`refused ${body.length} bytes: not signed with CAKEMAIL_WEBHOOK_SECRET`);
    response.writeHead(401).end();
    return;
  }
  console.log(`accepted ${body.length} bytes`);
  response.writeHead(204).end();
});

server.listen(Number(process.env.PORT || 8080), process.env.HOST || "127.0.0.1", () => {
  const { address, port } = server.address();
  console.log(`listening on ${address}:${port}`);
});
// On Kubernetes' SIGTERM, finish open requests within 10 seconds.
process.on("SIGTERM", () => {
  server.close();
  setTimeout(() => server.closeAllConnections(), 10_000).unref();
});
