import { createCanvas, loadImage } from '@napi-rs/canvas';
import iconv from 'iconv-lite';
import decodeQR from 'qr/decode.js';
import t from 'tap';
import { type PrinterFarEndOptions, printerFarEnd } from '../../board/virtual/printer.ts';
import { systemClock } from '../../src/values/clock.ts';
import { linePair } from '../line-pair.ts';

function workbench(options: PrinterFarEndOptions = {}) {
  const [near, far] = linePair();
  const farEnd = printerFarEnd(far, { speed_mm_s: 2000, boot_ms: 0, ...options });
  let heard = '';
  near.listen((bytes) => {
    heard += Buffer.from(bytes).toString('hex');
  });
  return {
    farEnd,
    send: (...parts: (string | Uint8Array)[]) =>
      near.write(
        Buffer.concat(
          parts.map((part) => (typeof part === 'string' ? Buffer.from(part.replace(/\s/g, ''), 'hex') : part)),
        ),
      ),
    async answers(): Promise<string> {
      await systemClock.sleep(80);
      const said = heard;
      heard = '';
      return said;
    },
    [Symbol.dispose]: () => farEnd.close(),
  };
}

const gb = (text: string) => iconv.encode(text, 'gb18030');

t.test('real-time status is answered bit by bit, in front of whatever waits', async (t) => {
  using at = workbench();
  const all = '100401 100402 100403 100404';
  await at.send(all);
  t.equal(await at.answers(), '12121212');
  at.farEnd.paperOut(true);
  await at.send(gb('等着'), '0a', all);
  t.equal(await at.answers(), '1a32127e');
  at.farEnd.coverOpen(true);
  await at.send(all);
  t.equal(await at.answers(), '1a36127e');
  at.farEnd.paperOut(false);
  await at.send(all);
  t.equal(await at.answers(), '1a161212');
  at.farEnd.coverOpen(false);
  at.farEnd.headHot(true);
  await at.send(all);
  t.equal(await at.answers(), '12525212');
});

t.test('queued answers wait for the paper', async (t) => {
  using at = workbench();
  at.farEnd.paperOut(true);
  await at.send(gb('先印'), '0a', '1d2848 0600 3030 41424344', '1d7201');
  t.equal(await at.answers(), '');
  at.farEnd.paperOut(false);
  t.equal(await at.answers(), '00' + '37224142434400', 'GS r says that it was read, GS ( H that it is printed');
  t.match(at.farEnd.slips(), [{ text: '先印' }]);
});

t.test('GS r is answered some lines before the paper is so far, GS ( H is not', async (t) => {
  using at = workbench({ speed_mm_s: 10 });
  await at.send(gb('一'), '0a', gb('二'), '0a', '1d7201', '1d2848 0600 3030 41424344');
  t.equal(await at.answers(), '00');
  t.same(at.farEnd.slips(), [], 'not a line is whole');
  await systemClock.sleep(900);
  t.equal(await at.answers(), '37224142434400');
  t.match(at.farEnd.slips(), [{ text: '一\n二' }]);
});

t.test('a printer that has just got its power hears nothing until it is up', async (t) => {
  using at = workbench({ boot_ms: 200 });
  at.farEnd.power(false);
  at.farEnd.power(true);
  await at.send(gb('太早'), '0a', '100401');
  t.equal(await at.answers(), '');
  await systemClock.sleep(200);
  await at.send('100401');
  t.equal(await at.answers(), '12');
  t.same(at.farEnd.slips(), []);
});

t.test('cleared buffers print nothing', async (t) => {
  using at = workbench();
  at.farEnd.coverOpen(true);
  await at.send(gb('旧单'), '0a', '1014 0801 0314 0106 0208');
  t.equal(await at.answers(), '372500');
  at.farEnd.coverOpen(false);
  await at.send(gb('新单'), '0a');
  await at.answers();
  t.match(at.farEnd.slips(), [{ text: '新单' }]);
});

t.test('automatic status is told at every change once it is asked for', async (t) => {
  using at = workbench();
  await at.send('1d61 0f');
  t.equal(await at.answers(), '1000000f');
  at.farEnd.paperOut(true);
  t.equal(await at.answers(), '18000f0f');
});

t.test('without Chinese mode hanzi are not decoded; ESC @ brings it back', async (t) => {
  using at = workbench();
  await at.send('1c2e', gb('柜'), '0a', '1b40', gb('柜台'), '0a', '1d5601');
  await at.answers();
  t.match(at.farEnd.slips(), [{ text: '??\n柜台', cut: true }]);
});

t.test('a line that is too full goes on in the next', async (t) => {
  using at = workbench();
  await at.send(gb('一二三四五六七八九十一二三四五六七八'), '0a');
  await at.answers();
  t.match(at.farEnd.slips(), [{ text: '一二三四五六七八九十一二三四五六\n七八' }]);
});

t.test('commands may be cut anywhere on their way', async (t) => {
  using at = workbench();
  const bytes = Buffer.concat([Buffer.from('1b401c261d2111', 'hex'), gb('大¥字'), Buffer.from('0a1d56420a', 'hex')]);
  for (const byte of bytes) await at.send(Uint8Array.of(byte));
  await at.answers();
  t.match(at.farEnd.slips(), [{ text: '大¥字', cut: true }]);
});

t.test('what does not fit into the buffer is lost, as in a printer', async (t) => {
  using at = workbench({ buffer_bytes: 64 });
  at.farEnd.paperOut(true);
  await at.send(Buffer.alloc(100, 0x41));
  await at.answers();
  t.equal(at.farEnd.lost, 36);
});

t.test('power that is on stays on; power that was off has forgotten', async (t) => {
  using at = workbench();
  at.farEnd.coverOpen(true);
  await at.send(gb('半张'), '0a');
  at.farEnd.power(true);
  at.farEnd.coverOpen(false);
  await at.answers();
  t.match(at.farEnd.slips(), [{ text: '半张' }]);
  at.farEnd.coverOpen(true);
  await at.send(gb('忘了'), '0a');
  at.farEnd.power(false);
  await at.send('100401');
  t.equal(await at.answers(), '');
  at.farEnd.power(true);
  at.farEnd.coverOpen(false);
  await at.answers();
  t.match(at.farEnd.slips(), [{ text: '半张' }]);
});

t.test('the picture shows what was printed', async (t) => {
  using at = workbench();
  const url = Buffer.from('https://example.invalid/r/8f3c2');
  await at.send(
    '1b6101 1d286b0300314306 1d286b0300314531',
    `1d286b${(url.length + 3).toString(16)}00315030`,
    url,
    '1d286b0300315130',
  );
  await at.send('1d763000 0100 0800 ff818181818181ff', '1d5601');
  await at.answers();
  t.match(at.farEnd.slips(), [{ text: `[QR ${url}]`, cut: true }]);
  t.equal(await at.farEnd.picture(7), null);
  const png = await at.farEnd.picture(1);
  if (png === null) return t.fail('no picture');
  const image = await loadImage(Buffer.from(png));
  t.equal(image.width, 464);
  const canvas = createCanvas(image.width, image.height);
  const context = canvas.getContext('2d');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, image.width, image.height);
  context.drawImage(image, 0, 0);
  const { data, width, height } = context.getImageData(0, 0, image.width, image.height);
  t.equal(decodeQR({ data: new Uint8Array(data.buffer), width, height }), String(url));
});
