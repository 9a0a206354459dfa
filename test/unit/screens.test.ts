import t from 'tap';
import { texts } from '../../src/config/texts.ts';
import { footCells, type Screen, textsOf } from '../../src/operator/screen.ts';
import { idle, menu } from '../../src/operator/screens/idle.ts';
import { inFours } from '../../src/operator/screens/layout.ts';
import * as result from '../../src/operator/screens/result.ts';
import * as sale from '../../src/operator/screens/sale.ts';
import { fen } from '../../src/values/fen.ts';
import { bar, samples, sentencesOf } from '../screens/samples.ts';

const zh = texts('zh-CN');
const en = texts('en');
const amount = fen(12_850);
const trace = '000047';
const all = Object.entries(samples).map(([name, make]) => [name, make(zh, sentencesOf('zh-CN'))] as const);

t.test('every sample is the screen that its name says', async (t) => {
  for (const [name, screen] of all) t.equal(screen.id, name.replace(/:.*/, ''), name);
});

t.test('a screen is data: it survives being written down', async (t) => {
  for (const [name, screen] of all) t.strictSame(JSON.parse(JSON.stringify(screen)), screen, name);
});

t.test('results say the state of the money before anything else', async (t) => {
  const moneyOf: Readonly<Record<string, string>> = {
    'sale.approved': zh('money.charged'),
    'sale.declined': zh('money.not-charged'),
    'sale.refused': zh('money.not-charged'),
    'sale.reversed': zh('money.not-charged'),
    'sale.unknown': zh('money.unknown'),
    'sale.reversing': zh('money.unknown'),
    'sale.reversed-unconfirmed': zh('money.unknown'),
    'sale.parked': zh('money.unknown'),
  };
  for (const [name, screen] of all.filter(([, each]) => each.id in moneyOf)) {
    t.equal(bodyTexts(screen)[0], moneyOf[screen.id], name);
  }
});

t.test('while the result is unknown no screen says "not charged", and no key charges again', async (t) => {
  for (const language of [zh, en]) {
    const unknown = [
      result.saleUnknown(language, bar, { amount, trace, why: 'silent', waited: 12 }),
      result.saleReversing(language, bar, { amount, trace, attempt: 1, waited: 12 }),
      result.saleReversed(language, bar, { amount, trace, confirmed: false }),
      result.saleParked(language, bar, { amount, trace, attempts: 3 }),
    ];
    for (const screen of unknown) {
      t.notOk(textsOf(screen).includes(language('money.not-charged')), screen.id);
      t.not(screen.tone, 'done');
      for (const cell of footCells(screen.foot)) {
        t.notOk(
          [language('key.again'), language('key.retry'), language('key.charge-again')].includes(cell?.text ?? ''),
        );
      }
      t.ok(
        textsOf(screen).some((text) => /请勿重复收款|[Dd]o not charge again/.test(text)),
        `${screen.id} warns`,
      );
    }
  }
});

t.test('the green key of an unknown result asks the bank', async (t) => {
  t.equal(result.saleUnknown(zh, bar, { amount, trace, why: 'silent', waited: 1 }).foot.enter, zh('key.ask-bank'));
});

t.test('a decline says what each person can do, and offers the next step', async (t) => {
  const words = { title: '余额不足', customer: '换一张卡', clerk: '换卡重试' };
  const facts = { amount, code: '51', trace, words };
  const screen = result.saleDeclined(zh, bar, { ...facts, next: 'other-card' });
  t.same(bodyTexts(screen), [
    '未扣款',
    '余额不足',
    '¥128.50 · 应答码 51 · 凭证号 000047',
    '持卡人：换一张卡',
    '收银员：换卡重试',
  ]);
  t.equal(screen.foot.enter, zh('key.other-card'));
  t.strictSame(result.saleDeclined(zh, bar, { ...facts, next: 'none' }).foot, { enter: zh('key.done') });
});

t.test('PIN entry knows how many digits, and shows no place for more', async (t) => {
  const card = { masked: '622202******1234', issuer: null };
  const at = (count: number) => sale.salePin(zh, bar, { amount, card, count, bypass: false });
  t.strictSame(textsOf(at(0)), textsOf(at(6)), 'the words do not change');
  t.match(JSON.stringify(at(4)), '"node":"dots","count":4');
  t.notOk(
    textsOf(at(0)).some((text) => text.includes(zh('pin.none'))),
    'no way around the PIN unless it is allowed',
  );
});

t.test('only readers that are well are offered', async (t) => {
  const none = { stripe: false, chip: false, tap: false };
  const screen = sale.saleCard(zh, bar, { amount, ways: { ...none, stripe: true }, seconds: 9 });
  t.ok(textsOf(screen).includes('请刷卡'));
  const lost = textsOf(sale.saleCard(zh, bar, { amount, ways: none, seconds: 9 }));
  t.ok(lost.includes(zh('card.none')));
  t.match(lost.join(), /请重新插好磁条读卡器的连线。.*010-/, 'and what to do is said');
  t.match(
    textsOf(sale.saleChip(zh, bar, { amount, ways: { ...none, stripe: true }, seconds: 9 })).join(),
    /这是芯片卡,/,
  );
  const nobody = idle(zh, bar, {
    merchant: '店',
    ways: none,
    last: null,
    owed: { reversing: 0, repeating: 0, parked: 0, unconfirmed: 0, refused: 0, untold: 0, paper: 0 },
    left: null,
  });
  t.notOk(textsOf(nobody).some((text) => text.includes(zh('way.stripe'))));
});

t.test('what is owed stays on the idle screen, the worst first', async (t) => {
  const ways = { stripe: true, chip: false, tap: false };
  const at = (owed: Parameters<typeof idle>[2]['owed'], left: string | null = null) =>
    textsOf(idle(zh, bar, { merchant: '店', ways, last: null, owed, left }));
  t.ok(
    at({ reversing: 2, repeating: 1, parked: 1, unconfirmed: 1, refused: 0, untold: 0, paper: 3 }).includes(
      zh('idle.parked', { count: 1, phone: '010-0000-0002' }),
    ),
  );
  t.ok(
    at({ reversing: 2, repeating: 1, parked: 0, unconfirmed: 1, refused: 0, untold: 0, paper: 3 }).includes(
      zh('idle.reversing', { count: 2 }),
    ),
  );
  t.ok(
    at({ reversing: 0, repeating: 1, parked: 0, unconfirmed: 1, refused: 0, untold: 0, paper: 3 }).includes(
      zh('idle.repeating', { count: 1 }),
    ),
  );
  t.ok(
    at({ reversing: 0, repeating: 0, parked: 0, unconfirmed: 1, refused: 0, untold: 0, paper: 3 }).includes(
      zh('idle.unconfirmed', { count: 1 }),
    ),
  );
  const paper = { reversing: 0, repeating: 0, parked: 0, unconfirmed: 0, refused: 0, untold: 0, paper: 3 };
  t.ok(at(paper, '000017').includes(zh('idle.left', { batch: '000017' })));
  t.ok(at({ ...paper, untold: 1 }, '000017').includes(zh('idle.untold', { count: 1 })));
  t.ok(at(paper).includes(zh('idle.paper', { count: 3 })));
});

t.test('the menu never moves: an entry that is not to be had keeps its place', async (t) => {
  const screen = menu(zh, bar, {
    entries: [
      { digit: '1', text: 'menu.sale', chosen: true },
      { digit: '2', text: 'menu.scan', dark: true },
    ],
  });
  t.same(bodyTexts(screen), ['1', '消费', '2', '扫码']);
  t.equal(screen.foot.enter, '消费');
});

t.test('the foot stands as the keys do: red to the left, green to the right', async (t) => {
  const order = (foot: Screen['foot']) => footCells(foot).map((cell) => cell?.key ?? cell?.text ?? null);
  t.same(order({ cancel: 'a', clear: 'b', enter: 'c' }), ['cancel', 'clear', 'enter']);
  t.same(order({ note: 'n', enter: 'c' }), ['n', null, 'enter']);
  t.same(order({ cancel: 'a', note: 'n', enter: 'c' }), ['cancel', 'n', 'enter']);
  t.same(order({ cancel: 'a', note: 'n' }), ['cancel', 'n', null]);
  t.same(order({ cancel: 'a', menu: 'm', enter: 'c' }), ['cancel', 'menu', 'enter']);
});

t.test('a masked number stands in fours, as on the card', async (t) => {
  t.equal(inFours('622202******1234'), '6222 02** **** 1234');
  t.equal(inFours('622848*********5511'), '6228 48** **** ***5 511');
});

t.test('the approved screen, whole', async (t) => {
  const facts = { amount, authorisation: '482913', trace: '000045', slip: 'printing', sign: false } as const;
  t.strictSame(result.saleApproved(zh, bar, facts), {
    id: 'sale.approved',
    tone: 'done',
    bar: {
      place: '消费',
      items: [
        { key: 'lab', text: '实验 LAB', colour: 'attention', framed: true },
        { key: 'operator', text: '操作员 01', wide: true },
        { key: 'batch', text: '批次 000001', wide: true },
        { key: 'line', text: '主线', icon: 'disc', colour: 'done' },
        { key: 'paper', icon: 'paper' },
        { key: 'time', text: '09:41' },
      ],
    },
    body: [
      {
        node: 'line',
        key: 'head',
        gap: 'large',
        children: [
          { node: 'badge', mark: 'check', colour: 'done' },
          {
            node: 'column',
            key: 'said',
            gap: 'hair',
            grow: true,
            children: [
              { node: 'text', key: 'money', text: '已扣款', size: 'lead', colour: 'done', strong: true },
              { node: 'text', key: 'title', text: '交易成功', size: 'result', colour: 'done', strong: true },
              { node: 'amount', yuan: '128.50', size: 'large', align: 'start' },
              { node: 'text', key: 'numbers', text: '授权码 482913 · 凭证号 000045', colour: 'muted' },
            ],
          },
        ],
      },
      {
        node: 'column',
        key: 'words',
        gap: 'small',
        grow: true,
        children: [{ node: 'space' }, { node: 'text', key: 'slip', text: '正在打印签购单 …', colour: 'muted' }],
      },
    ],
    foot: { enter: '完成' },
  });
});

/** The texts between the bar and the foot. */
function bodyTexts(screen: Screen): string[] {
  return textsOf({ ...screen, bar: { place: '', items: [] }, foot: {} });
}
