import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { countertop } from './counter.ts';

await countertop('keys that may not be used', { answer_timeout_ms: 1000 }, async (t, counter) => {
  const { dir } = counter;
  await counter.signIn();
  const cycle = async (between: () => unknown = () => undefined) => {
    await counter.power(false);
    await between();
    await counter.power(true);
  };
  const saleIsImpossible = async () => {
    await counter.press('1', '0', '0', 'enter', 'menu', 'cancel');
    t.equal((await counter.now()).screen, 'handshake.locked', 'no key leads to a sale');
    await t.rejects(counter.swipe('boc-debit'), /not waiting/);
  };
  const sells = async (amount: string) => {
    await counter.signIn();
    await counter.sell(amount, 'boc-debit', '123456');
    await counter.press('enter');
    await counter.screen('idle');
  };

  await t.test('a master key with a wrong check value locks, and the next good one opens', async (t) => {
    await cycle(async () => {
      await counter.tellBank({ do: 'rotate-tmk' });
      await counter.tellBank({ do: 'corrupt-next-key' });
    });
    const seen = await counter.screen('handshake.locked', 15_000);
    t.match(seen.texts.join(), /终端已锁定.*主密钥的校验值不一致.*现在不能收款.*010-0000-0001.*GT-V-000001/);
    await saleIsImpossible();
    await cycle();
    await sells('7001');
  });

  await t.test('a machine that the centre has revoked is locked until it is reinstated', async (t) => {
    await cycle(() => counter.tellBank({ do: 'revoke' }));
    const seen = await counter.screen('handshake.locked', 15_000);
    t.match(seen.texts.join(), /本机已被密钥中心停用.*GT-V-000001/);
    await saleIsImpossible();
    await cycle(() => counter.tellBank({ do: 'reinstate' }));
    await counter.signIn();
  });

  await t.test('a centre of another authority is not believed', async (t) => {
    const identity = join(dir, 'terminal', 'identity');
    const factory = join(dir, 'other');
    const words = ['provision', '--serial', 'GT-V-000001', '--dir', join(factory, 'identity')];
    const env = { ...process.env, ...counter.env, GUITAI_DIR: factory };
    execFileSync(process.execPath, [join(import.meta.dirname, '../../bank/main.ts'), ...words], { env });
    await cycle(() => {
      renameSync(identity, `${identity}.good`);
      renameSync(join(factory, 'identity'), identity);
    });
    const seen = await counter.screen('handshake.locked', 15_000);
    t.match(seen.texts.join(), /对方的证书不是本系统签发的.*010-0000-0001.*GT-V-000001/);
    await saleIsImpossible();
    await cycle(() => {
      rmSync(identity, { recursive: true });
      renameSync(`${identity}.good`, identity);
    });
    await counter.signIn();
  });

  await t.test('a centre that is away: the day goes on with the key that is loaded', async (t) => {
    const lines = join(dir, 'lines.json');
    const good = readFileSync(lines, 'utf8');
    const away = () => {
      const told = JSON.parse(readFileSync(lines, 'utf8'));
      writeFileSync(`${lines}.new`, JSON.stringify({ ...told, 'key-centre': 'tcp://127.0.0.1:9' }));
      renameSync(`${lines}.new`, lines);
    };
    await cycle(away);
    await sells('7004');
    t.equal((await counter.journal())[0]?.state, 'approved');

    // A terminal whose keys are gone has nothing to go on with.
    await cycle(() => {
      away();
      rmSync(join(dir, 'terminal', 'vault', 'slots.sealed'), { force: true });
    });
    await counter.screen('handshake.failed', 15_000);
    writeFileSync(lines, good);
    await counter.press('enter');
    await sells('7005');
  });
});
