import { type Refusal, refuses } from './refusal.ts';

const hidden = { value: 's3cret', enumerable: false };
const getter = { get: () => 's3cret', enumerable: true };
const lost = /would be lost/;
const withExtra = (value: object) => () => Object.assign(value, { x: 's3cret' });
const dunder = (): unknown => JSON.parse('{"__proto__":1}');

function cyclic(): unknown {
  const value: Record<string, unknown> = { secret: 's3cret' };
  value['self'] = [value];
  return value;
}

function usedPattern(): RegExp {
  const pattern = /a/g;
  pattern.test('a');
  return pattern;
}

export const refusalsOfProperties: readonly Refusal[] = [
  refuses(
    'a symbol key',
    () => ({ [Symbol('s3cret')]: 1 }),
    () => ({ s: 1 }),
    /key is a symbol/,
  ),
  refuses(
    'a symbol key of an array',
    () => Object.assign([1], { [Symbol('s')]: 1 }),
    () => [1],
    /key is a symbol/,
  ),
  refuses(
    'a getter',
    () => Object.defineProperty({}, 'a', getter),
    () => ({ a: 1 }),
    /accessor/,
    '.a',
  ),
  refuses(
    'a setter',
    () => ({ set a(_: unknown) {} }),
    () => ({ a: 1 }),
    /accessor/,
    '.a',
  ),
  refuses(
    'a getter in an array',
    () => Object.defineProperty([1], 0, getter),
    () => [1],
    /accessor/,
    '[0]',
  ),
  refuses(
    'a hidden property',
    () => Object.defineProperty({}, 'a', hidden),
    () => ({ a: 1 }),
    lost,
    '.a',
  ),
  refuses(
    'a hidden element',
    () => Object.defineProperty([1], 0, hidden),
    () => [1],
    lost,
    '[0]',
  ),
  refuses(
    'a toJSON method',
    () => ({ toJSON: () => 1 }),
    () => ({ toJSON: 1 }),
    /a function/,
    '.toJSON',
  ),
  refuses(
    'a then method',
    () => Object.fromEntries([['then', () => 1]]),
    () => Object.fromEntries([['then', 1]]),
    /a function/,
    '.then',
  ),
  refuses('a cycle', cyclic, () => ({ self: [{}] }), /is cyclic: it leads back to \S+$/, '.self[0]'),
  refuses('an extra property of an array', withExtra([1]), () => [1], lost, '.x'),
  refuses(
    'the match of a pattern',
    () => /(.)/.exec('a'),
    () => ['a', 'a'],
    lost,
    '.groups',
  ),
  refuses(
    'a template',
    () => ((texts: TemplateStringsArray) => texts)`a`,
    () => ['a'],
    lost,
    '.raw',
  ),
  refuses('an extra property of a date', withExtra(new Date(0)), () => new Date(0), lost, '.x'),
  refuses('an extra property of a map', withExtra(new Map()), () => new Map(), lost, '.x'),
  refuses('an extra property of a set', withExtra(new Set()), () => new Set(), lost, '.x'),
  refuses('an extra property of a pattern', withExtra(/a/), () => /a/, lost, '.x'),
  refuses('an extra property of a URL', withExtra(new URL('http://a')), () => new URL('http://a'), lost, '.x'),
  refuses('a pattern in use', usedPattern, () => /a/g, /lastIndex is not 0/),
  refuses(
    '__proto__ beside undefined',
    () => [dunder(), undefined],
    () => ({}),
    /wholly plain JSON/,
    '[0].__proto__',
  ),
  refuses(
    'undefined beside __proto__',
    () => [undefined, dunder()],
    () => ({}),
    /wholly plain JSON/,
    '[1].__proto__',
  ),
];
