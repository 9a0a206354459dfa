import 'reflect-metadata';
import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';
import t from 'tap';
import { type ConnectSettings, lineConnect } from '../../src/host/connect.ts';

const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const;
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = (
  await X509CertificateGenerator.createSelfSigned({
    name: 'CN=localhost',
    keys: {
      publicKey: publicKey.toCryptoKey(algorithm, true, ['verify']),
      privateKey: privateKey.toCryptoKey(algorithm, false, ['sign']),
    },
    signingAlgorithm: algorithm,
    extensions: [new SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }])],
  })
).toString('pem');
const pin = createHash('sha256').update(new X509Certificate(pem).raw).digest('hex');
const never = new AbortController().signal;

async function listening(t: { teardown(work: () => Promise<unknown>): void }, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  t.teardown(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

async function hello(settings: Partial<ConnectSettings>, address: string): Promise<string> {
  const stream = await lineConnect({ folder: '.', ...settings })(address, never);
  try {
    return await new Promise((resolve, reject) => {
      stream.listen((bytes) => resolve(Buffer.from(bytes).toString()));
      stream.closed.then(() => reject(new Error('closed')));
    });
  } finally {
    await stream.close();
  }
}

t.test('a TLS line needs an authority that the terminal trusts, the host’s name and its pin', async (t) => {
  const server = createServer({ key: privateKey.export({ type: 'pkcs8', format: 'pem' }), cert: pem }, (socket) =>
    socket.end('hello'),
  );
  server.on('tlsClientError', () => undefined);
  const port = await listening(t, server);
  const address = `tls://localhost:${port}`;
  const authorities = [pem];
  t.equal(await hello({ authorities }, address), 'hello');
  t.equal(await hello({ authorities, pins: ['00'.repeat(32), pin] }, address), 'hello');
  await t.rejects(hello({}, address), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  await t.rejects(hello({ authorities, pins: ['00'.repeat(32)] }, address), { message: /not the one/ });
  await t.rejects(hello({ authorities }, address.replace('localhost', '127.0.0.1')), {
    code: /ERR_TLS_CERT_ALTNAME_INVALID|ECONNREFUSED/,
  });
});

t.test('a published line is looked up anew at each connection', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'guitai-lines-'));
  t.teardown(async () => rmSync(folder, { recursive: true, force: true }));
  await t.rejects(hello({ folder }, 'published:primary'), { code: 'ENOENT' });
  for (const word of ['one', 'two']) {
    const port = await listening(
      t,
      createTcpServer((socket) => socket.end(word)),
    );
    writeFileSync(
      join(folder, 'lines.json'),
      JSON.stringify({ primary: `tcp://localhost:${port}`, loop: 'published:loop' }),
    );
    t.equal(await hello({ folder }, 'published:primary'), word);
  }
  await t.rejects(hello({ folder }, 'published:backup'), { message: 'no line backup is published' });
  await t.rejects(hello({ folder }, 'published:loop'), { message: 'no line loop is published' });
  await t.rejects(hello({ folder }, 'http://localhost:1'), { message: /no protocol/ });
});

t.test('an abort while connecting leaves no socket', async (t) => {
  const stop = new AbortController();
  // A host that takes no connection: TLS is offered to a server that never answers.
  const port = await listening(
    t,
    createTcpServer((socket) => socket.on('error', () => socket.destroy()).resume()),
  );
  const waiting = lineConnect({ folder: '.' })(`tls://localhost:${port}`, stop.signal);
  setTimeout(() => stop.abort(new Error('given up')), 30);
  await t.rejects(waiting, { message: 'given up' });
});
