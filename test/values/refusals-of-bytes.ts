import { type Refusal, refuses } from './refusal.ts';

const buffer = () => new ArrayBuffer(1);
const bytes = () => new Uint8Array(1);
const resizable = () => new ArrayBuffer(1, { maxByteLength: 2 });
const nans = () => new Float64Array([Number.NaN]);
const lost = /would be lost/;
const extra = { x: 's3cret' };
const float16: unknown = Reflect.get(globalThis, 'Float16Array');

function detached(): ArrayBuffer {
  const gone = new ArrayBuffer(8);
  structuredClone(gone, { transfer: [gone] });
  return gone;
}

function viewOfDetached(): Uint8Array {
  const view = new Uint8Array(8);
  structuredClone(view.buffer, { transfer: [view.buffer] });
  return view;
}

function impostor(): unknown {
  return Object.defineProperty(bytes(), 'buffer', { value: new TextEncoder().encode('s3cret').buffer });
}

/** Node 22 has none. */
const float16s =
  typeof float16 === 'function'
    ? [
        refuses(
          'a Float16Array',
          () => Reflect.construct(float16, [1]),
          () => new Float32Array(1),
          /Float16Array/,
        ),
      ]
    : [];

export const refusalsOfBytes: readonly Refusal[] = [
  ...float16s,
  refuses('a Buffer', () => Buffer.from('s3cret'), bytes, /Buffer cannot .* pass new Uint8Array\(buffer\)/),
  refuses('a DataView', () => new DataView(buffer()), bytes, /DataView cannot .* as a Uint8Array/),
  refuses('shared memory', () => new SharedArrayBuffer(1), buffer, /as a Uint8Array/),
  refuses('a view of shared memory', () => new Uint8Array(new SharedArrayBuffer(1)), bytes, /shared memory/),
  refuses('a resizable buffer', resizable, buffer, /resizable/),
  refuses('a view of a resizable buffer', () => new Uint8Array(resizable()), bytes, /resizable/),
  refuses('a detached buffer', detached, () => new ArrayBuffer(0), /detached/),
  refuses('a view of a detached buffer', viewOfDetached, () => new Uint8Array(0), /detached/),
  refuses('an extra property of a buffer', () => Object.assign(buffer(), extra), buffer, lost, '.x'),
  refuses('an extra property of a typed array', () => Object.assign(nans(), extra), nans, lost),
  refuses('a view that claims another buffer', impostor, bytes, lost, '.buffer'),
];
